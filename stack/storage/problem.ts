/** Refusals of Storage, in its API's form: HTTP 400 with the true status in the body (416 and 304 excepted). */

export class StorageProblem extends Error {
  constructor(readonly statusCode: number, readonly error: string, message: string) {
    super(message);
  }

  respond(): Response {
    const { statusCode, error, message } = this;
    return Response.json({ statusCode: String(statusCode), error, message }, { status: 400 });
  }
}

export const noObject = () => new StorageProblem(404, "not_found", "Object not found");
export const noBucket = () => new StorageProblem(404, "Bucket not found", "Bucket not found");
export const duplicate = () => new StorageProblem(409, "Duplicate", "The resource already exists");
export const tooLarge = () =>
  new StorageProblem(413, "Payload too large", "The object exceeded the maximum allowed size");
export const badKey = (key: string) => new StorageProblem(400, "InvalidKey", `Invalid key: ${key}`);
export const badSignature = () => new StorageProblem(400, "InvalidJWT", "invalid signature or expired token");
export const badMimeType = (type: string) =>
  new StorageProblem(415, "invalid_mime_type", `mime type ${type} is not supported`);
export const forbidden = () =>
  new StorageProblem(403, "Unauthorized", "new row violates row-level security policy");
