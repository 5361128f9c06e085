export function FindingsView() {
  return <section className="page" />;
}
