const PAUSE = 30; // ms after which a request is followed by the next, answered or not
const QUIET = 250; // ms without a wish after which the untouched image is asked for

/** The connection: at most one request on its way, then the latest wish. */
const line = { socket: null, seq: 0, sentAt: 0, wish: false, busy: false, asked: new Map(), tries: 0, timer: 0, quiet: 0 };

function connect() {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(`${scheme}//${location.host}/live`);
  socket.binaryType = "arraybuffer";
  line.socket = socket;
  socket.addEventListener("open", () => {
    line.tries = 0;
    line.busy = false;
    line.asked.clear();
    gone(false);
    wish();
  });
  socket.addEventListener("message", ({ data }) => hear(data));
  socket.addEventListener("close", () => {
    if (line.socket !== socket) return;
    gone(true);
    line.tries += 1;
    setTimeout(connect, Math.min(250 * 2 ** line.tries, 4000));
  });
}

const isOpen = () => line.socket?.readyState === WebSocket.OPEN;

/** Something was turned: send it now, or as soon as it is its turn. */
function wish() {
  line.wish = true;
  clearTimeout(line.quiet);
  pump();
}

function pump() {
  clearTimeout(line.timer);
  if (!line.wish || !isOpen()) return;
  const rest = line.busy ? line.sentAt + PAUSE - performance.now() : 0;
  if (rest > 0) {
    line.timer = setTimeout(pump, rest);
    return;
  }
  line.wish = false;
  send(request(), "now");
}

function send(told, purpose) {
  line.seq += 1;
  line.busy = true;
  line.sentAt = performance.now();
  const steps = purpose === "now" ? active().map(([, i]) => i) : [];
  line.asked.set(line.seq, { purpose, place: placeOf(told), models: told.models, steps, sent: told });
  line.socket.send(JSON.stringify({ seq: line.seq, ...told }));
  waiting(true);
  if (purpose === "now") working();
}

/** An answer is there: the next wish may go; with none, the untouched image is asked for once. */
function answered(seq) {
  for (const old of [...line.asked.keys()]) if (old < seq) line.asked.delete(old);
  if (seq !== line.seq) return;
  line.busy = false;
  waiting(false);
  pump();
  clearTimeout(line.quiet);
  if (!line.busy && !line.wish) line.quiet = setTimeout(askUntouched, QUIET);
}

function askUntouched() {
  const told = untouched();
  if (!isOpen() || line.busy || line.wish) return;
  if ([shownNow.before?.place, shownNow.unreadable].includes(placeOf(told))) document.body.dataset.idle = "yes";
  else send(told, "before");
}

/** Take a message apart: head, and the pictures that it announces. */
function hear(data) {
  const length = new DataView(data).getUint32(0);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
  let from = 4 + length;
  const pictures = (head.pictures ?? []).map(({ type, bytes }) => {
    const blob = new Blob([new Uint8Array(data, from, bytes)], { type });
    from += bytes;
    return blob;
  });
  if (head.kind === "status") return serverState(head);
  const asked = line.asked.get(head.seq);
  if (asked) heard[head.kind]?.(head, pictures, asked);
}

const heard = {
  async contour(head, pictures) {
    if (head.seq === line.seq) await showContour(head, pictures[0]);
  },
  async picture(head, pictures, asked) {
    if (head.seq === line.seq && asked.purpose === "now") await showPicture(head, pictures[0], asked);
  },
  async preview(head, pictures, asked) {
    if (head.seq === line.seq) await showPicture(head, pictures[0], asked);
  },
  async result(head, pictures, asked) {
    if (!asked.models) answered(head.seq);
    await (asked.purpose === "before" ? takeUntouched : showResult)(head, pictures[0], asked);
  },
  async models(head, pictures, asked) {
    if (head.seq === line.seq) await showAnswers(head, pictures);
    if (head.last) answered(head.seq);
  },
  refused(head, pictures, asked) {
    if (asked.purpose === "before") shownNow.unreadable = asked.place;
    else showRefusal(head, asked);
    answered(head.seq);
  },
};
