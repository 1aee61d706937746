"use strict";
const told = JSON.parse(document.getElementById("told").textContent);
const words = told.words;
const at = (id) => document.getElementById(id);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);

/** What can be told to the visitor; any other error is a fault of the page. */
class Refused extends Error {}

const refuse = (word, values = {}) => {
  throw new Refused(fill(words[word], values));
};

/** A probability as the reports write it: more digits near 0 and 1. */
function chance(p) {
  const rest = Math.min(p, 1 - p);
  if (rest > 0 && rest < 5e-5) return p > 0.5 ? "> 0.9999" : "< 0.0001";
  return p.toFixed(rest >= 0.01 || rest <= 0 ? 2 : rest >= 0.005 ? 3 : 4);
}

function made(tag, settings = {}, ...children) {
  const node = Object.assign(document.createElement(tag), settings);
  node.append(...children);
  return node;
}
