/** Draw pixels of 8 bits a channel, RGBA, small ones enlarged without a blur. */
function showPicture(image, name) {
  const canvas = at("picture");
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.style.setProperty("--ratio", image.width / image.height);
  canvas.classList.toggle("small", Math.max(image.width, image.height) < 200);
  const context = canvas.getContext("2d");
  if (image instanceof ImageData) context.putImageData(image, 0, 0);
  else context.drawImage(image, 0, 0);
  canvas.setAttribute("aria-label", fill(words.picture, { name }));
  at("shown").hidden = false;
}

/** Take files one after another; `classify` gives an answer, shows the picture and may refuse. */
function takeFiles(classify) {
  let last = Promise.resolve();
  let waiting = 0;
  const one = async (file) => {
    waiting -= 1;
    at("result").setAttribute("aria-busy", "true");
    at("shown").hidden = true;
    at("file-name").textContent = file.name;
    at("after").replaceChildren();
    try {
      const answer = await classify(file);
      showAnswer(answer);
      note(file.name, answer.predicted, chance(answer.probabilities[answer.predicted]));
      at("result").setAttribute("aria-busy", "false");
      at("answer").scrollIntoView({ block: "nearest" });
      // what takes its time is done for the picture that stays
      if (!waiting) await answer.after?.();
    } catch (error) {
      const known = error instanceof Refused;
      const text = known ? error.message : fill(words.fault, { error });
      if (!known) console.warn(error);
      showRefusal(text);
      note(file.name, null, text);
      at("result").setAttribute("aria-busy", "false");
    }
    document.body.dataset.done = String(Number(document.body.dataset.done ?? 0) + 1);
  };
  listen((files) => {
    waiting += files.length;
    for (const file of files) last = last.then(() => one(file));
  });
}
