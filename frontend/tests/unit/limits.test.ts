import { readFileSync } from "node:fs";
import path from "node:path";

import { expect, test } from "vitest";

import { LONGEST } from "@/tasks/task";

interface Property {
  maxLength: number;
  maxItems: number;
  items: Property;
}

test("what may be typed is as long as what the backend takes", () => {
  const place = path.resolve(import.meta.dirname, "../../../backend/openapi.json");
  const { components } = JSON.parse(readFileSync(place, "utf8")) as { components: { schemas: { NewTask: { properties: Record<string, Property> } } } };
  const { title, notes, tags } = components.schemas.NewTask.properties;
  expect(LONGEST).toEqual({ title: title?.maxLength, notes: notes?.maxLength, tags: tags?.maxItems, tag: tags?.items.maxLength });
});
