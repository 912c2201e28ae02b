import type { Metadata } from "next";

import { forUsers } from "@/server/visit";
import { filterOf, type Query } from "@/tasks/filter";
import { TaskPage } from "@/tasks/TaskPage";

export const metadata: Metadata = { title: "Your tasks" };

export default async function Page({ searchParams }: { searchParams: Promise<Query> }) {
  await forUsers();
  return <TaskPage filter={filterOf(await searchParams)} />;
}
