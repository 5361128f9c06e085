export function CasesView() {
  return <section className="page" />;
}
