/** Typed client of the account. Tokens never get here: they are cookies that no script can read. */
import { announce } from "@/client/page";
import { bodyOf, isRecord, send, sendSignedIn } from "@/client/request";

export interface User {
  id: string;
  email: string;
  name: string;
}

export interface Credentials {
  email: string;
  password: string;
}

export async function signUp(account: Credentials & { name: string }): Promise<void> {
  await enter("/api/auth/sign-up", account);
}

export async function signIn(account: Credentials): Promise<void> {
  await enter("/api/auth/sign-in", account);
}

export async function signOut(): Promise<void> {
  await send("POST", "/api/auth/sign-out");
  announce(null);
}

async function enter(path: string, account: Credentials): Promise<void> {
  const { user } = await bodyOf(await send("POST", path, account), hasUser);
  announce(user.id);
}

export async function currentUser(): Promise<User> {
  return bodyOf(await sendSignedIn("GET", "/api/auth/me"), isUser);
}

export async function changePassword(current: string, wanted: string): Promise<void> {
  await sendSignedIn("POST", "/api/auth/password", { current_password: current, new_password: wanted });
}

export async function deleteAccount(password: string): Promise<void> {
  await sendSignedIn("DELETE", "/api/auth/me", { password });
  announce(null);
}

function isUser(value: unknown): value is User {
  return isRecord(value) && typeof value.id === "string" && typeof value.email === "string" && typeof value.name === "string";
}

function hasUser(value: unknown): value is { user: User } {
  return isRecord(value) && isUser(value.user);
}
