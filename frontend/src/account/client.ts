/** Typed client of the account. Tokens never get here: they are cookies that no script can read. */
import { bodyOf, isRecord, send, sendSignedIn } from "@/client/request";

export interface User {
  email: string;
  name: string;
}

export interface Credentials {
  email: string;
  password: string;
}

export async function signUp(account: Credentials & { name: string }): Promise<void> {
  await send("POST", "/api/auth/sign-up", account);
}

export async function signIn(account: Credentials): Promise<void> {
  await send("POST", "/api/auth/sign-in", account);
}

export async function signOut(): Promise<void> {
  await send("POST", "/api/auth/sign-out");
}

export async function currentUser(): Promise<User> {
  return bodyOf(await sendSignedIn("GET", "/api/auth/me"), isUser);
}

export async function changePassword(current: string, wanted: string): Promise<void> {
  await sendSignedIn("POST", "/api/auth/password", { current_password: current, new_password: wanted });
}

export async function deleteAccount(password: string): Promise<void> {
  await sendSignedIn("DELETE", "/api/auth/me", { password });
}

function isUser(value: unknown): value is User {
  return isRecord(value) && typeof value.email === "string" && typeof value.name === "string";
}
