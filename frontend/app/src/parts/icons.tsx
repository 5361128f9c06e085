// Small pictures beside words; they say nothing that the word does not.

const PATHS = {
  document: "M4 1.5h5L12.5 5v9.5h-9v-13zM9 1.5V5h3.5M6 8.5h4M6 11h4",
  call: "M4 2.5l2 .5.8 3-1.3 1.2a8 8 0 003.3 3.3L10 9.2l3 .8.5 2c0 1-1 1.7-2 1.5A10.5 10.5 0 012.5 4.5c0-1 .6-2 1.5-2z",
  person: "M8 8a2.8 2.8 0 100-5.6A2.8 2.8 0 008 8zM2.8 14c.4-3 2.5-4.4 5.2-4.4s4.8 1.4 5.2 4.4z",
  warning: "M8 2l6.5 11.5h-13zM8 6.5v3.2M8 11.6v.4",
  missing: "M4 8h8",
  check: "M3 8.5l3.2 3.2L13 4.8",
  computed: "M4 5h8M4 11h8M8 2.8v4.4",
  conflict: "M2.5 5.5h9L9 3M13.5 10.5h-9L7 13",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
