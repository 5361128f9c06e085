// What does each analysis give back? The types of `job.result`; a test compiles real results against them.

import type { Issue, Quote } from "./issues.js";
import type { JobType } from "./routes.js";

export type * from "./issues.js";

/** The analyses and the result of each. A new one is missing here as soon as the API serves it. */
export type Results = { [T in JobType]: ResultTypes[T] };

interface ResultTypes {
  call_analysis: CallResult;
  document_analysis_agent: AgentResult;
  document_analysis_form7801: Form7801Result;
}

/** Which prompt and which model made a result. */
export interface Origin {
  prompt_version: string;
  model: string;
}

export interface CallResult {
  case_id: string;
  message: string;
  analysis: CallAnalysis;
}

/** Amounts in ILS, 0 when the call gives no basis; `chance_of_approval` 0 to 100. */
export interface CallAnalysis {
  call_summary: string;
  case_summary: string;
  documents_requested_list: RequestedDocument[];
  key_legal_points: string[];
  risk_assessment: string;
  estimated_claim_amount: number;
  monthly_allowance: number;
  degree_funding: string;
  income_tax_exemption: string;
  living_expenses: string;
  products: { name: string; reason: string }[];
  chance_of_approval: number;
  issues: Issue[];
  metadata: Origin;
}

/** A document the claimant should bring; entries of earlier analyses keep the members they had. */
export interface RequestedDocument {
  name: string;
  reason: string;
  source: string;
  required: boolean;
  uploaded: boolean;
  document_id?: string;
  [member: string]: unknown;
}

export interface AgentResult {
  case_id: string;
  analysis: AgentAnalysis;
  documents_analyzed: number;
  timestamp: string;
}

/** What the agent found; each finding rests on a verbatim quote. `claim_rate` 0 to 100, null when it did not finish. */
export interface AgentAnalysis {
  form_7801: {
    form_version: string;
    submission_date: string;
    form_status: string;
    eligibility_assessment: string;
    claim_strength: string;
    key_findings: string[];
  };
  summary: string;
  strategy: string;
  claim_rate: number | null;
  recommendations: string[];
  gaps: string[];
  findings: (Quote & { text: string })[];
  issues: Issue[];
  metadata: Origin;
}

export interface Form7801Result {
  case_id: string;
  analysis: Form7801Analysis;
  documents_analyzed: number;
  timestamp: string;
}

/** The form with its evidence, and the advice for the lawyer. `claim_rate` 0 to 100. */
export interface Form7801Analysis {
  form_7801: Form7801;
  summary: string;
  strategy: string;
  claim_rate: number;
  recommendations: string[];
  preparation_data: { title: string; detail: string; should_say: string }[];
  evidence: Evidence[];
  eligibility: EligibilityRule[];
  changes_since: FieldChange[];
  issues: Issue[];
  metadata: Origin;
}

/** A rule of the law, as code counts it from dated facts; `source` says where the rule comes from. */
export interface EligibilityRule {
  rule: string;
  status: "met" | "not_met" | "unknown";
  facts: Record<string, unknown>;
  source: string;
}

/** A field that differs from the previous analysis; `document_id` is the document uploaded since that it rests on. */
export interface FieldChange {
  field: string;
  before: unknown;
  after: unknown;
  document_id: string | null;
}

/** The words a field was read from; `verified` when code found them in the named document. */
export interface Evidence extends Quote {
  field: string;
  verified: boolean;
}

/** Form 7801 as a draft. Unknown is empty: "", 0, false, []; dates are YYYY-MM-DD. */
export interface Form7801 {
  form_version: string;
  submission_date: string;
  form_status: string;
  personal_info: {
    id_number: string;
    full_name: string;
    date_of_birth: string;
    gender: "זכר" | "נקבה" | "אחר" | "";
    marital_status: "single" | "married" | "divorced" | "widowed" | "";
    number_of_children: number;
    address: string;
    city: string;
    postal_code: string;
    phone: string;
    email: string;
    section_confirmed: boolean;
  };
  employment_history: {
    employment_records: EmploymentRecord[];
    total_employment_months: number;
    section_confirmed: boolean;
  };
  disability_info: {
    disability_types: Record<DisabilityType, boolean>;
    disability_start_date: string;
    primary_disability_description: string;
    treating_physicians: Physician[];
    hospitalizations: Hospitalization[];
    section_confirmed: boolean;
  };
  bank_details: {
    bank_name: string;
    bank_code: string;
    iban: string;
    branch_number: string;
    account_number: string;
    account_holder_name: string;
    account_type: "checking" | "savings" | "other" | "";
    section_confirmed: boolean;
  };
  medical_waiver: {
    waiver_accepted: boolean;
    waiver_date: string;
    waiver_version: string;
    section_confirmed: boolean;
  };
  metadata: FormMetadata;
}

export interface EmploymentRecord {
  employer_name: string;
  start_date: string;
  end_date: string;
  monthly_salary_gross: number;
  position_title: string;
  employment_type: "full_time" | "part_time" | "self_employed" | "other" | "";
}

export type DisabilityType =
  | "chronic_pain"
  | "limited_mobility"
  | "fibromyalgia"
  | "anxiety"
  | "depression"
  | "back_problems"
  | "joint_problems"
  | "neurological_disorder"
  | "mental_disorder"
  | "hearing_impairment"
  | "vision_impairment"
  | "heart_disease"
  | "respiratory_disease"
  | "kidney_disease"
  | "diabetes"
  | "cancer"
  | "other";

export interface Physician {
  physician_id: string;
  name: string;
  specialty: string;
  clinic_name: string;
  clinic_type: "private" | "public" | "hmo" | "";
  phone: string;
  last_visit_date: string;
}

export interface Hospitalization {
  hospitalization_id: string;
  hospital_name: string;
  department: string;
  admission_date: string;
  discharge_date: string;
  reason_for_admission: string;
  length_of_stay_days: number;
}

/** What code says about the form. `document_extraction_confidence` 0.00 to 1.00. */
export interface FormMetadata {
  all_sections_confirmed: boolean;
  completion_percentage: number;
  created_at: string;
  updated_at: string;
  submitted_at: string;
  case_id: string;
  user_id: string;
  language: "hebrew" | "english";
  document_extraction_confidence: number;
}
