export function CaseView() {
  return <section className="page" />;
}
