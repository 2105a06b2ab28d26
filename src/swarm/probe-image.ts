/** The image of our own small containers. Nothing pulls it: whoever runs the engine decides what is on it. */
import { Fault } from "../verdict/fault.ts";
import { isMissing } from "./engine-fault.ts";

/** Tells an image that is not there from all else that a container's creation may want. */
export const withProbeImage = async <T>(image: string, creation: Promise<T>): Promise<T> => {
  try {
    return await creation;
  } catch (error) {
    if (isMissing(error) && /No such image/i.test(String(error)))
      throw new Fault(
        "engine",
        `The probe image ${image} is not on the engine`,
        "Pull it there, or name another in PROBE_IMAGE.",
        error,
      );
    throw error;
  }
};
