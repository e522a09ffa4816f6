/** An invitation on its page: its secret stands behind the # of the address, which no server and no log sees. */

const { _secret: secret } = document.querySelector("form.invitation").elements;
if (location.hash.length > 1) {
  secret.value = decodeURIComponent(location.hash.slice(1));
  secret.closest("label").hidden = true;
  history.replaceState(null, "", location.pathname + location.search);
}
