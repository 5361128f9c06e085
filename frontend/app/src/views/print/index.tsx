export function PrintView() {
  return <section className="page" />;
}
