export function ReviewView() {
  return <section className="page" />;
}
