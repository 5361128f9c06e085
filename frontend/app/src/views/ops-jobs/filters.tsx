import { type FormEvent, useId } from "react";
import { JOB_TYPES, type JobFilters, SINCE_MS, STATUSES } from "../../data/job-filters.js";
import { useMessages, useTexts } from "../../language.js";
import { OPS } from "./texts.js";

interface FiltersProps {
  filters: JobFilters;
  onChange: (filters: JobFilters) => void;
}

/** What the list is of. A choice holds at once, a word when Enter is pressed or the field is left. */
export function Filters({ filters, onChange }: FiltersProps) {
  const texts = useTexts(OPS);
  const codes = Object.keys(useMessages().failures).sort();
  const put = (name: keyof JobFilters) => (value: string) => {
    const { [name]: before = "", ...others } = filters;
    if (value !== before) onChange(value ? { ...others, [name]: value } : others);
  };
  const { order, ...chosen } = filters;
  const label = (name: keyof typeof SINCE_MS) => texts.since[name];
  return (
    <search className="ops-filters">
      <Choice
        {...{ name: texts.type, value: filters.job_type, none: texts.all, onChange: put("job_type") }}
        choices={JOB_TYPES.map((type) => [type, texts.types[type]])}
      />
      <Choice
        {...{ name: texts.status, value: filters.status, none: texts.all, onChange: put("status") }}
        choices={STATUSES.map((status) => [status, texts.statuses[status]])}
      />
      <Choice
        {...{ name: texts.errorCode, value: filters.error_code, none: texts.all, onChange: put("error_code") }}
        choices={codes.map((code) => [code, code])}
      />
      <Choice
        {...{ name: texts.started, value: filters.since, none: texts.anyTime, onChange: put("since") }}
        choices={(Object.keys(SINCE_MS) as (keyof typeof SINCE_MS)[]).map((since) => [since, label(since)])}
      />
      <Word key={`user ${filters.user_id}`} name={texts.user} value={filters.user_id} onChange={put("user_id")} />
      <Word key={`case ${filters.case_id}`} name={texts.case} value={filters.case_id} onChange={put("case_id")} />
      {Object.keys(chosen).length > 0 && (
        <button type="button" className="plain" onClick={() => onChange(order ? { order } : {})}>
          {texts.clear}
        </button>
      )}
    </search>
  );
}

interface ChoiceProps {
  name: string;
  value: string | undefined;
  none: string;
  choices: (readonly [value: string, label: string])[];
  onChange: (value: string) => void;
}

function Choice({ name, value = "", none, choices, onChange }: ChoiceProps) {
  return (
    <label>
      {name}
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{none}</option>
        {choices.map(([choice, label]) => (
          <option key={choice} value={choice}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

interface WordProps {
  name: string;
  value: string | undefined;
  onChange: (value: string) => void;
}

function Word({ name, value = "", onChange }: WordProps) {
  const id = useId();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onChange(String(new FormData(event.currentTarget).get("word")).trim());
  };
  return (
    <form onSubmit={submit}>
      <label htmlFor={id}>{name}</label>
      <input
        {...{ id, name: "word", dir: "ltr", autoComplete: "off", spellCheck: false, defaultValue: value }}
        onBlur={(event) => onChange(event.target.value.trim())}
      />
    </form>
  );
}
