// What is in form 7801, in the order of the paper? Sections, their fields and the kind of each, and their lists.

/** How a value is shown and asked for. `number` counts; `money` is ILS a month; `yes` is a yes or nothing. */
export type FieldKind = "text" | "long" | "date" | "number" | "money" | "choice" | "yes" | "code" | "phone" | "email";

export interface FieldDefinition {
  name: string;
  kind: FieldKind;
  /** What a choice may be, besides nothing. */
  options?: readonly string[];
  /** Code computes it: nobody edits it. */
  isComputed?: true;
}

export interface ListDefinition {
  /** Path of the list, e.g. `employment_history.employment_records`. */
  path: string;
  name: string;
  /** The field that an item is called by. */
  title: string;
  fields: readonly FieldDefinition[];
}

export interface SectionDefinition {
  name: string;
  fields: readonly FieldDefinition[];
  /** Path in front of the names of the fields, with its dot. */
  lists: readonly ListDefinition[];
  /** Yes-fields below this path, shown together. */
  conditions?: { path: string; fields: readonly FieldDefinition[] };
}

const field = (name: string, kind: FieldKind, more: Partial<FieldDefinition> = {}): FieldDefinition => ({
  name,
  kind,
  ...more,
});
const choice = (name: string, ...options: string[]) => field(name, "choice", { options });

const CONDITIONS = [
  ...["chronic_pain", "limited_mobility", "fibromyalgia", "anxiety", "depression", "back_problems", "joint_problems"],
  ...["neurological_disorder", "mental_disorder", "hearing_impairment", "vision_impairment", "heart_disease"],
  ...["respiratory_disease", "kidney_disease", "diabetes", "cancer", "other"],
] as const;

export const SECTIONS: readonly SectionDefinition[] = [
  {
    name: "personal_info",
    fields: [
      field("full_name", "text"),
      field("id_number", "code"),
      field("date_of_birth", "date"),
      choice("gender", "זכר", "נקבה", "אחר"),
      choice("marital_status", "single", "married", "divorced", "widowed"),
      field("number_of_children", "number"),
      field("address", "text"),
      field("city", "text"),
      field("postal_code", "code"),
      field("phone", "phone"),
      field("email", "email"),
    ],
    lists: [],
  },
  {
    name: "employment_history",
    fields: [field("total_employment_months", "number", { isComputed: true })],
    lists: [
      {
        path: "employment_history.employment_records",
        name: "employment_records",
        title: "employer_name",
        fields: [
          field("employer_name", "text"),
          field("position_title", "text"),
          choice("employment_type", "full_time", "part_time", "self_employed", "other"),
          field("start_date", "date"),
          field("end_date", "date"),
          field("monthly_salary_gross", "money"),
        ],
      },
    ],
  },
  {
    name: "disability_info",
    fields: [field("primary_disability_description", "long"), field("disability_start_date", "date")],
    lists: [
      {
        path: "disability_info.treating_physicians",
        name: "treating_physicians",
        title: "name",
        fields: [
          field("name", "text"),
          field("specialty", "text"),
          field("physician_id", "code"),
          field("clinic_name", "text"),
          choice("clinic_type", "private", "public", "hmo"),
          field("phone", "phone"),
          field("last_visit_date", "date"),
        ],
      },
      {
        path: "disability_info.hospitalizations",
        name: "hospitalizations",
        title: "hospital_name",
        fields: [
          field("hospital_name", "text"),
          field("department", "text"),
          field("hospitalization_id", "code"),
          field("admission_date", "date"),
          field("discharge_date", "date"),
          field("length_of_stay_days", "number", { isComputed: true }),
          field("reason_for_admission", "text"),
        ],
      },
    ],
    conditions: {
      path: "disability_info.disability_types",
      fields: CONDITIONS.map((name) => field(name, "yes")),
    },
  },
  {
    name: "bank_details",
    fields: [
      field("bank_name", "text"),
      field("bank_code", "code"),
      field("branch_number", "code"),
      field("account_number", "code"),
      field("account_holder_name", "text"),
      choice("account_type", "checking", "savings", "other"),
      field("iban", "code"),
    ],
    lists: [],
  },
  {
    name: "medical_waiver",
    fields: [field("waiver_accepted", "yes"), field("waiver_date", "date")],
    lists: [],
  },
];

/** The value in an object at a path of names, indexes and row ids; undefined when there is none. */
export function valueAt(form: unknown, path: string): unknown {
  let found: unknown = form;
  for (const [, name, row] of path.matchAll(/([a-z_0-9]+)(?:\[([^\]]+)\])?(?:\.|$)/gi)) {
    found = (found as Record<string, unknown> | undefined)?.[name ?? ""];
    if (row !== undefined) found = itemOf(found, row);
  }
  return found;
}

function itemOf(list: unknown, row: string): unknown {
  if (!Array.isArray(list)) return undefined;
  return list.find((item) => item?.row_id === row) ?? (/^\d+$/.test(row) ? list[Number(row)] : undefined);
}

/** Whether a value says nothing: "", 0, false, null. */
export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === false || value === 0 || String(value).trim() === "";
}
