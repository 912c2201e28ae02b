/** Typed client of the account. Tokens never get here: they are cookies that no script can read. */
import type { Farewell, PasswordChange, SignIn, SignUp, UserView } from "@/api";
import { announce } from "@/client/page";
import { bodyOf, isRecord, send, sendSignedIn } from "@/client/request";

export type User = Omit<UserView, "created_at">;

export async function signUp(account: SignUp): Promise<void> {
  await enter("/api/auth/sign-up", account);
}

export async function signIn(account: SignIn): Promise<void> {
  await enter("/api/auth/sign-in", account);
}

export async function signOut(): Promise<void> {
  await send("POST", "/api/auth/sign-out");
  announce(null);
}

async function enter(path: string, account: SignIn | SignUp): Promise<void> {
  const { user } = await bodyOf(await send("POST", path, account), hasUser);
  announce(user.id);
}

export async function currentUser(): Promise<User> {
  return bodyOf(await sendSignedIn("GET", "/api/auth/me"), isUser);
}

export async function changePassword(current: string, wanted: string): Promise<void> {
  const change: PasswordChange = { current_password: current, new_password: wanted };
  await sendSignedIn("POST", "/api/auth/password", change);
}

export async function deleteAccount(password: string): Promise<void> {
  await sendSignedIn("DELETE", "/api/auth/me", { password } satisfies Farewell);
  announce(null);
}

function isUser(value: unknown): value is User {
  return isRecord(value) && typeof value.id === "string" && typeof value.email === "string" && typeof value.name === "string";
}

function hasUser(value: unknown): value is { user: User } {
  return isRecord(value) && isUser(value.user);
}
