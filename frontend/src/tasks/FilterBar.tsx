import { Search } from "lucide-react";
import { type RefObject, useEffect, useState } from "react";

import { addressOf, EVERYTHING, type Filter } from "./filter";
import styles from "./FilterBar.module.css";

interface Props {
  filter: Filter;
  tags: readonly string[];
  search: RefObject<HTMLInputElement | null>;
  onChange: (filter: Filter) => void;
}

const SHOW = { today: "Today", open: "Open", done: "Done", all: "All" } as const;
const DUE = { "": "Any day", overdue: "Overdue", today: "Due today", week: "Next 7 days", none: "No due date" } as const;
const PRIORITY = { "": "Any priority", high: "High", normal: "Normal", low: "Low" } as const;
const SORT = { created: "Newest first", due: "By due date", priority: "By priority", title: "By title" } as const;

const SEARCH_AFTER_MS = 250;

export function FilterBar({ filter, tags, search, onChange }: Props) {
  const [wanted, setWanted] = useState(filter);
  const change = (part: Partial<Filter>) => { setWanted({ ...wanted, ...part }); };
  useEffect(() => {
    if (wanted === filter) return;
    const timer = setTimeout(onChange, wanted.q === filter.q ? 0 : SEARCH_AFTER_MS, wanted);
    return () => {
      clearTimeout(timer);
    };
  });
  useEffect(() => {
    const early = { ...filter, ...heldBy(search.current) };
    if (addressOf(early) !== addressOf(filter)) setWanted(early);
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  return (
    <search className={styles.bar} aria-label="Filters">
      <fieldset className={styles.shows} aria-label="Show">
        {(Object.keys(SHOW) as Filter["show"][]).map((show) => (
          <label key={show} className={styles.show}>
            <input
              type="radio"
              name="show"
              value={show}
              className="unseen"
              checked={wanted.show === show}
              onChange={() => {
                change({ show });
              }}
            />
            {SHOW[show]}
          </label>
        ))}
      </fieldset>
      <label className={styles.search}>
        <Search aria-hidden="true" />
        <span className="unseen">Search your tasks</span>
        <input
          ref={search}
          type="search"
          name="q"
          data-kept
          placeholder="Search"
          defaultValue={filter.q}
          maxLength={200}
          onChange={(event) => {
            change({ q: event.target.value.trim() });
          }}
        />
      </label>
      <div className={styles.choices}>
        {wanted.show !== "today" && <Choice label="Due" name="due" wanted={wanted} options={DUE} onChoose={change} />}
        <Choice label="Priority" name="priority" wanted={wanted} options={PRIORITY} onChoose={change} />
        <Choice label="Tag" name="tag" wanted={wanted} options={tagWords(wanted.tag, tags)} onChoose={change} />
        {wanted.show !== "today" && <Choice label="Sort" name="sort" wanted={wanted} options={SORT} onChoose={change} />}
      </div>
    </search>
  );
}

function tagWords(chosen: string, tags: readonly string[]): Record<string, string> {
  const every = [...new Set([chosen, ...tags])].filter(Boolean);
  return Object.fromEntries([["", "Any tag"], ...every.map((tag) => [tag, `#${tag}`] as const)]);
}

/** What was chosen and typed, beside this field too, before the page listened. */
function heldBy(field: HTMLInputElement | null): Partial<Filter> {
  const fields = field?.closest("search")?.querySelectorAll<HTMLInputElement | HTMLSelectElement>(":checked[name], [type=search], select") ?? [];
  return Object.fromEntries([...fields].map(({ name, value }) => [name, value.trim()]));
}

interface ChoiceProps {
  label: string;
  name: "due" | "priority" | "sort" | "tag";
  wanted: Filter;
  options: Readonly<Record<string, string>>;
  onChoose: (part: Partial<Filter>) => void;
}

function Choice({ label, name, wanted, options, onChoose }: ChoiceProps) {
  return (
    <select
      name={name}
      aria-label={label}
      className={styles.choice}
      data-set={wanted[name] !== EVERYTHING[name]}
      value={wanted[name]}
      onChange={(event) => {
        onChoose({ [name]: event.target.value });
      }}
    >
      {Object.entries(options).map(([option, words]) => (
        <option key={option} value={option}>
          {words}
        </option>
      ))}
    </select>
  );
}
