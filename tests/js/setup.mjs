/** Node 18 has the web's cryptography, but not under its global name. */
import { webcrypto } from "node:crypto";

globalThis.crypto ??= webcrypto;
