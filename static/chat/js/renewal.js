/** A push subscription is good for one session; the same person's next one in this browser takes it over. */

/** Whether this browser is pushed to for whoever is logged in; null where it has no subscription. */
export async function renew(worker) {
  const subscription = await worker?.pushManager?.getSubscription();
  if (!subscription) return null;
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch("/push/renew/", { method: "POST", headers: { "X-CSRFToken": token }, body: JSON.stringify({ endpoint: subscription.endpoint }) });
  return answer.ok ? (await answer.json()).on : false;
}
