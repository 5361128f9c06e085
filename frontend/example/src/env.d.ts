interface ImportMetaEnv {
  readonly VITE_CASEWORK_API: string;
  readonly VITE_CASEWORK_TOKEN: string;
  readonly VITE_CASEWORK_CASE: string;
}
