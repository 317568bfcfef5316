#include "tools/fleetgen/expand.h"

#include <assert.h>

static void number_speak(struct sift_gen_voice *voice, const struct sift_gen_op *op) {
  uint32_t span = op->b - op->a;
  uint32_t value = span == UINT32_MAX ? (uint32_t)sift_rng_next(&voice->rng) : sift_rng_below(&voice->rng, span + 1);
  if (op->kind == SIFT_GEN_OP_SMALL) {
    value = sift_rng_below(&voice->rng, value + 1);
    value = sift_rng_below(&voice->rng, value + 1);
  }
  sift_gen_text_number(voice->text, op->a + value, op->kind == SIFT_GEN_OP_DECIMAL ? 0 : op->width);
  if (op->kind == SIFT_GEN_OP_DECIMAL) {
    static const uint32_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};
    sift_gen_text_put(voice->text, ".", 1);
    sift_gen_text_number(voice->text, sift_rng_below(&voice->rng, powers[op->width]), op->width);
  }
}

static void digits_speak(struct sift_gen_voice *voice, const struct sift_gen_op *op) {
  static const char hex[] = "0123456789abcdef";
  static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  char *room = sift_gen_text_room(voice->text, op->a);
  if (room == NULL) {
    return;
  }
  uint64_t bits = 0;
  for (uint32_t i = 0; i < op->a; i++) {
    if (op->kind == SIFT_GEN_OP_BASE62) {
      room[i] = base62[sift_rng_below(&voice->rng, 62)];
      continue;
    }
    bits = i % 16 == 0 ? sift_rng_next(&voice->rng) : bits >> 4;
    room[i] = hex[bits & 15];
  }
  voice->text->len += op->a;
}

/* Of two draws the lower: some endpoints, users, files are busier than others. */
static uint32_t skewed_below(struct sift_rng *rng, uint32_t n) {
  uint32_t one = sift_rng_below(rng, n);
  uint32_t two = sift_rng_below(rng, n);
  return one < two ? one : two;
}

/* The same text each time: a sequence of its own, seeded by whose it is, the rule and the variant. */
static void seeded_speak(struct sift_gen_voice *voice, uint64_t seed, uint32_t rule, uint32_t variant) {
  struct sift_rng outer = voice->rng;
  sift_rng_init(&voice->rng, sift_rng_mix(seed, ((uint64_t)rule << 32) | variant));
  sift_gen_speak(voice, rule);
  voice->rng = outer;
}

static void fixed_speak(struct sift_gen_voice *voice, const struct sift_gen_op *op) {
  uint32_t variant = op->b > 0 ? skewed_below(&voice->rng, op->b) : op->a;
  uint64_t seed = op->kind == SIFT_GEN_OP_SPACE   ? voice->space_seed
                  : op->kind == SIFT_GEN_OP_SCENE ? voice->scene_seed
                                                  : voice->local_seed;
  seeded_speak(voice, seed, op->rule, variant);
}

static void repeat_speak(struct sift_gen_voice *voice, const struct sift_gen_op *op) {
  uint32_t times = op->a + sift_rng_below(&voice->rng, op->b - op->a + 1);
  for (uint32_t i = 0; i < times; i++) {
    if (i > 0 && op->kind == SIFT_GEN_OP_LINES) {
      sift_gen_speak_end(voice);
    } else if (i > 0) {
      sift_gen_text_put(voice->text, ", ", 2);
    }
    sift_gen_speak(voice, op->rule);
  }
}

/* Bytes that no UTF-8 text holds. */
static void bad_speak(struct sift_gen_voice *voice) {
  static const char bad[] = {(char)0xff, (char)0xfe, (char)0xc0, (char)0xf8};
  sift_gen_text_put(voice->text, &bad[sift_rng_below(&voice->rng, sizeof(bad))], 1);
  voice->text->line_broken = true;
}

static void span_speak(struct sift_gen_voice *voice, struct sift_span span) {
  sift_gen_text_put(voice->text, span.data, span.len);
}

static void op_speak(struct sift_gen_voice *voice, const struct sift_gen_op *op) {
  switch ((enum sift_gen_op_kind)op->kind) {
  case SIFT_GEN_OP_TEXT:
    sift_gen_text_put(voice->text, op->text, op->a);
    break;
  case SIFT_GEN_OP_NEWLINE:
    sift_gen_speak_end(voice);
    break;
  case SIFT_GEN_OP_RULE:
    sift_gen_speak(voice, op->rule);
    break;
  case SIFT_GEN_OP_SPACE:
  case SIFT_GEN_OP_SCENE:
  case SIFT_GEN_OP_LOCAL:
    fixed_speak(voice, op);
    break;
  case SIFT_GEN_OP_FORM:
    sift_gen_speak_form(voice, op->rule, op->b > 0 ? op->b : 1);
    break;
  case SIFT_GEN_OP_NUMBER:
  case SIFT_GEN_OP_SMALL:
  case SIFT_GEN_OP_DECIMAL:
    number_speak(voice, op);
    break;
  case SIFT_GEN_OP_HEX:
  case SIFT_GEN_OP_BASE62:
    digits_speak(voice, op);
    break;
  case SIFT_GEN_OP_LINES:
  case SIFT_GEN_OP_LIST:
    repeat_speak(voice, op);
    break;
  case SIFT_GEN_OP_MAYBE:
    if (sift_rng_below(&voice->rng, 100) < op->a) {
      sift_gen_speak(voice, op->rule);
    }
    break;
  case SIFT_GEN_OP_WAIT:
    voice->now_ns += sift_rng_range(&voice->rng, op->a, op->b) * 1000000;
    break;
  case SIFT_GEN_OP_TIME:
    sift_gen_time_put(voice->text, &voice->day, voice->now_ns, (enum sift_gen_time_form)op->a);
    break;
  case SIFT_GEN_OP_SELF:
    span_speak(voice, voice->owner);
    sift_gen_text_put(voice->text, "/", 1);
    span_speak(voice, voice->name);
    break;
  case SIFT_GEN_OP_OWNER:
    span_speak(voice, voice->owner);
    break;
  case SIFT_GEN_OP_NAME:
    span_speak(voice, voice->name);
    break;
  case SIFT_GEN_OP_BAD:
    bad_speak(voice);
    break;
  }
}

static void alternative_speak(struct sift_gen_voice *voice, const struct sift_gen_alternative *alternative) {
  const struct sift_gen_op *op = &voice->grammar->ops[alternative->first];
  uint64_t outer = voice->local_seed;
  if (alternative->local) {
    voice->local_seed = sift_rng_next(&voice->rng);
  }
  for (uint32_t i = 0; i < alternative->count; i++) {
    op_speak(voice, op + i);
  }
  voice->local_seed = outer;
}

void sift_gen_speak(struct sift_gen_voice *voice, uint32_t rule) {
  assert(rule < voice->grammar->rule_count);
  const struct sift_gen_rule *spoken = &voice->grammar->rules[rule];
  alternative_speak(voice, &voice->grammar->alternatives[spoken->first + sift_rng_below(&voice->rng, spoken->count)]);
}

void sift_gen_speak_form(struct sift_gen_voice *voice, uint32_t rule, uint32_t forms) {
  assert(rule < voice->grammar->rule_count);
  const struct sift_gen_rule *spoken = &voice->grammar->rules[rule];
  uint64_t form = sift_rng_mix(voice->space_seed ^ rule, skewed_below(&voice->rng, forms));
  alternative_speak(voice, &voice->grammar->alternatives[spoken->first + form % spoken->count]);
}

void sift_gen_speak_habit(struct sift_gen_voice *voice, uint32_t rule, uint32_t forms, uint32_t habits) {
  uint64_t habit = sift_rng_mix(voice->space_seed + rule, skewed_below(&voice->rng, habits));
  struct sift_rng outer = voice->rng;
  sift_rng_init(&voice->rng, habit);
  sift_gen_speak_form(voice, rule, forms);
  voice->rng = outer;
}

void sift_gen_speak_scene(struct sift_gen_voice *voice, uint32_t rule) {
  seeded_speak(voice, voice->scene_seed, rule, 0);
}

void sift_gen_speak_end(struct sift_gen_voice *voice) {
  sift_gen_text_line(voice->text, voice->channel, voice->now_ns);
  voice->now_ns += (int64_t)sift_rng_below64(&voice->rng, (uint64_t)voice->pace_ns * 2 + 1);
}
