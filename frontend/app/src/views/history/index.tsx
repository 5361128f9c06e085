export function HistoryView() {
  return <section className="page" />;
}
