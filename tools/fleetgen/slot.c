#include "tools/fleetgen/slot.h"

#include "tools/fleetgen/moment.h"

static const struct {
  const char *name;
  enum sift_gen_op_kind kind;
  uint32_t form;
} words[] = {
    {"space", SIFT_GEN_OP_SELF, 0},
    {"owner", SIFT_GEN_OP_OWNER, 0},
    {"name", SIFT_GEN_OP_NAME, 0},
    {"bad", SIFT_GEN_OP_BAD, 0},
    {"time", SIFT_GEN_OP_TIME, SIFT_GEN_TIME},
    {"time_comma", SIFT_GEN_OP_TIME, SIFT_GEN_TIME_COMMA},
    {"time_dot", SIFT_GEN_OP_TIME, SIFT_GEN_TIME_DOT},
    {"time_zulu", SIFT_GEN_OP_TIME, SIFT_GEN_TIME_ZULU},
    {"time_micro", SIFT_GEN_OP_TIME, SIFT_GEN_TIME_MICRO},
    {"time_second", SIFT_GEN_OP_TIME, SIFT_GEN_TIME_SECOND},
    {"time_clock", SIFT_GEN_OP_TIME, SIFT_GEN_TIME_CLOCK},
    {"time_apache", SIFT_GEN_OP_TIME, SIFT_GEN_TIME_APACHE},
    {"time_slash", SIFT_GEN_OP_TIME, SIFT_GEN_TIME_SLASH},
    {"time_epoch", SIFT_GEN_OP_TIME, SIFT_GEN_TIME_EPOCH},
    {"time_file", SIFT_GEN_OP_TIME, SIFT_GEN_TIME_FILE},
};

static bool digit(char c) {
  return c >= '0' && c <= '9';
}

/* Reads a decimal off the front of `*rest`. */
static bool number_read(struct sift_span *rest, uint32_t *out) {
  size_t i = 0;
  uint64_t value = 0;
  while (i < rest->len && i < 10 && digit(rest->data[i])) {
    value = value * 10 + (uint64_t)(rest->data[i++] - '0');
  }
  *out = (uint32_t)value;
  *rest = sift_span(rest->data + i, rest->len - i);
  return i > 0 && value <= UINT32_MAX;
}

static bool character_read(struct sift_span *rest, char c) {
  if (rest->len == 0 || rest->data[0] != c) {
    return false;
  }
  *rest = sift_span(rest->data + 1, rest->len - 1);
  return true;
}

static bool range_read(struct sift_span *rest, struct sift_gen_op *op) {
  return number_read(rest, &op->a) && character_read(rest, '-') && number_read(rest, &op->b) && op->a <= op->b;
}

/* `a-b`, `a-bwN` or `a-b.N`. */
static bool number_parse(struct sift_span rest, struct sift_gen_op *op) {
  uint32_t width = 0;
  if (!range_read(&rest, op)) {
    return false;
  }
  if (character_read(&rest, '.')) {
    op->kind = SIFT_GEN_OP_DECIMAL;
    if (!number_read(&rest, &width)) {
      return false;
    }
  } else if (character_read(&rest, 'w') && !number_read(&rest, &width)) {
    return false;
  }
  op->width = (uint8_t)width;
  return rest.len == 0 && width <= 9;
}

/* `a-b rule` */
static bool repeat_parse(struct sift_span rest, struct sift_gen_op *op, struct sift_span *name) {
  bool read = range_read(&rest, op) && character_read(&rest, ' ');
  *name = rest;
  return read && rest.len > 0;
}

/* `rule`, `rule:n` or `rule/n` */
static bool fixed_parse(struct sift_span rest, struct sift_gen_op *op, struct sift_span *name) {
  size_t i = 0;
  while (i < rest.len && rest.data[i] != ':' && rest.data[i] != '/') {
    i++;
  }
  *name = sift_span(rest.data, i);
  rest = sift_span(rest.data + i, rest.len - i);
  bool read = true;
  if (character_read(&rest, ':')) {
    read = number_read(&rest, &op->a);
  } else if (character_read(&rest, '/')) {
    read = number_read(&rest, &op->b) && op->b > 0;
  }
  return read && rest.len == 0 && name->len > 0;
}

static bool maybe_parse(struct sift_span rest, struct sift_gen_op *op, struct sift_span *name) {
  bool read = number_read(&rest, &op->a) && character_read(&rest, ' ') && op->a <= 100;
  *name = rest;
  return read && rest.len > 0;
}

/* `x7` and `b6` */
static bool digits_parse(struct sift_span rest, struct sift_gen_op *op) {
  return number_read(&rest, &op->a) && rest.len == 0 && op->a > 0 && op->a <= 512;
}

static bool word_parse(struct sift_span slot, struct sift_gen_op *op, struct sift_span *name) {
  for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
    if (sift_span_equal(slot, sift_span_of(words[i].name))) {
      op->kind = (uint8_t)words[i].kind;
      op->a = words[i].form;
      return true;
    }
  }
  op->kind = SIFT_GEN_OP_RULE;
  *name = slot;
  return true;
}

bool sift_gen_slot_parse(struct sift_span slot, struct sift_gen_op *op, struct sift_span *name) {
  *op = (struct sift_gen_op){.rule = SIFT_GEN_NO_RULE};
  *name = sift_span(NULL, 0);
  if (slot.len == 0) {
    return false;
  }
  struct sift_span rest = sift_span(slot.data + 1, slot.len - 1);
  if (sift_span_starts(slot, "wait ")) {
    op->kind = SIFT_GEN_OP_WAIT;
    rest = sift_span(slot.data + 5, slot.len - 5);
    return range_read(&rest, op) && rest.len == 0;
  }
  switch (slot.data[0]) {
  case '@':
    op->kind = SIFT_GEN_OP_SPACE;
    return fixed_parse(rest, op, name);
  case '$':
    op->kind = SIFT_GEN_OP_SCENE;
    return fixed_parse(rest, op, name);
  case '=':
    op->kind = SIFT_GEN_OP_LOCAL;
    return fixed_parse(rest, op, name);
  case '!':
    op->kind = SIFT_GEN_OP_FORM;
    return fixed_parse(rest, op, name);
  case '*':
    op->kind = SIFT_GEN_OP_LINES;
    return repeat_parse(rest, op, name);
  case '+':
    op->kind = SIFT_GEN_OP_LIST;
    return repeat_parse(rest, op, name);
  case '?':
    op->kind = SIFT_GEN_OP_MAYBE;
    return maybe_parse(rest, op, name);
  case '~':
    op->kind = SIFT_GEN_OP_SMALL;
    return number_parse(rest, op) && op->kind == SIFT_GEN_OP_SMALL;
  default:
    break;
  }
  if (digit(slot.data[0])) {
    op->kind = SIFT_GEN_OP_NUMBER;
    return number_parse(slot, op);
  }
  if ((slot.data[0] == 'x' || slot.data[0] == 'b') && rest.len > 0 && digit(rest.data[0])) {
    op->kind = slot.data[0] == 'x' ? SIFT_GEN_OP_HEX : SIFT_GEN_OP_BASE62;
    return digits_parse(rest, op);
  }
  return word_parse(slot, op, name);
}
