#include "tools/fleetgen/life.h"

#include <assert.h>

enum {
  CHAT_LINES_MIN = 3,
  CHAT_LINES_MORE = 6,
  CHAT_FORMS = 6, /* kinds of lines that one app prints */
  HABITS = 24,    /* probes and periodic jobs: lines that only differ in their time */
  HABIT_PERCENT = 40,
  BURST_BYTES_MIN = 4 * 1024,
  CHAT_LINE_BYTES = 110, /* about a line's length, to tell how long a burst takes */
};
static const int64_t second_ns = 1000000000;
static const int64_t millisecond_ns = 1000000;

static const struct sift_gen_case *current(const struct sift_gen_life *life) {
  return life->profile.attempts[life->attempt];
}

static bool is_last(const struct sift_gen_life *life) {
  return life->attempt + 1 == life->profile.attempt_count;
}

static void say(struct sift_gen_life *life, uint32_t rule) {
  if (rule != SIFT_GEN_NO_RULE) {
    sift_gen_speak(&life->voice, rule);
    sift_gen_speak_end(&life->voice);
  }
}

static uint32_t rule_of(const struct sift_gen_life *life, const char *name) {
  return sift_gen_grammar_rule(&life->fleet->grammar, name);
}

static void pace(struct sift_gen_life *life, int64_t mean_ns) {
  life->voice.pace_ns = mean_ns;
}

static int64_t between(struct sift_gen_life *life, int64_t low_ns, int64_t high_ns) {
  return sift_rng_range(&life->voice.rng, low_ns, high_ns);
}

/* The fault as the attempt's log tells it: the same words each time. */
static void fault_say(struct sift_gen_life *life) {
  const struct sift_gen_case *fate = current(life);
  if (fate->traceback) {
    sift_gen_speak_scene(&life->voice, life->fleet->rules.traceback);
    sift_gen_speak_end(&life->voice);
  }
  sift_gen_speak_scene(&life->voice, rule_of(life, fate->fault));
  sift_gen_speak_end(&life->voice);
  life->faults++;
  life->fault_told = true;
}

static void build_ending(struct sift_gen_life *life) {
  const struct sift_gen_case *fate = current(life);
  enum sift_gen_family family = life->profile.app->family;
  const struct sift_gen_common_rules *rules = &life->fleet->rules;
  if (is_last(life) && life->profile.decoy) {
    say(life, rules->decoy);
    life->decoys++;
  }
  if (fate->shape == SIFT_GEN_SHAPE_BUILD) {
    fault_say(life);
    return;
  }
  say(life, life->fleet->brief ? rules->body_brief : rules->body[family]);
  if (fate->shape == SIFT_GEN_SHAPE_PUSH) {
    fault_say(life);
    return;
  }
  say(life, life->fleet->brief ? rules->tail_brief : rules->tail[family]);
}

static void build_say(struct sift_gen_life *life) {
  enum sift_gen_shape shape = current(life)->shape;
  const struct sift_gen_common_rules *rules = &life->fleet->rules;
  if (shape == SIFT_GEN_SHAPE_QUIET || shape == SIFT_GEN_SHAPE_HUB || shape == SIFT_GEN_SHAPE_ALONE) {
    return;
  }
  /* A Space that only woke up has no build log of that day. */
  bool needed = shape != SIFT_GEN_SHAPE_HEALTHY && shape != SIFT_GEN_SHAPE_RECURRING;
  if (!needed && sift_rng_chance(&life->voice.rng, 15)) {
    return;
  }
  life->voice.channel = SIFT_GEN_BUILD;
  pace(life, between(life, 20, 300) * millisecond_ns);
  say(life, rules->build_header);
  if (shape == SIFT_GEN_SHAPE_QUEUED) {
    return;
  }
  if (shape == SIFT_GEN_SHAPE_FIRST) {
    fault_say(life);
    return;
  }
  say(life, life->fleet->brief ? rules->head_brief : rules->head[life->profile.app->family]);
  build_ending(life);
}

static void crash_say(struct sift_gen_life *life) {
  if (current(life)->fault == NULL) {
    return;
  }
  fault_say(life);
  if (sift_rng_chance(&life->voice.rng, 40)) {
    life->voice.now_ns += between(life, second_ns, 30 * second_ns);
    fault_say(life);
  }
}

static void start_say(struct sift_gen_life *life) {
  enum sift_gen_shape shape = current(life)->shape;
  const struct sift_gen_app *app = life->profile.app;
  bool serves = sift_gen_shape_serves(shape);
  if (!serves && shape != SIFT_GEN_SHAPE_START && shape != SIFT_GEN_SHAPE_UNHEALTHY) {
    return;
  }
  life->voice.channel = SIFT_GEN_RUN;
  pace(life, between(life, 5, 400) * millisecond_ns);
  if (shape != SIFT_GEN_SHAPE_QUIET) {
    life->voice.now_ns += between(life, 2 * second_ns, 60 * second_ns);
    say(life, life->fleet->rules.run_header);
  }
  if (!life->fleet->brief && (serves || sift_rng_chance(&life->voice.rng, 60))) {
    say(life, rule_of(life, app->start));
  }
  if (serves) {
    say(life, rule_of(life, app->ready));
  } else {
    crash_say(life);
  }
}

/* Visitors come in bursts: the next one, at a time and a pace that leave room for those to come. */
static void burst_begin(struct sift_gen_life *life) {
  struct sift_rng *rng = &life->voice.rng;
  uint64_t parts = 1 + sift_rng_below(rng, 12);
  uint64_t bytes = life->chat_left / parts;
  life->burst_left = bytes > BURST_BYTES_MIN ? bytes : BURST_BYTES_MIN;
  int64_t window = life->profile.start_ns[life->attempt + 1] - life->voice.now_ns;
  if (window < second_ns) {
    window = second_ns;
  }
  life->voice.now_ns += sift_rng_range(rng, 0, window / (int64_t)(parts + 1));
  uint64_t lines = life->chat_left / CHAT_LINE_BYTES + 1;
  int64_t fastest = window / 3 / (int64_t)lines;
  int64_t drawn = sift_rng_range(rng, 2, 3000) * millisecond_ns;
  pace(life, drawn < fastest ? drawn : fastest);
}

/* The attempt's share of the fleet's bytes, and whether some of its requests fail. */
static void chat_begin(struct sift_gen_life *life) {
  double share = life->fleet->chat_per_weight * life->profile.chat_weight[life->attempt];
  life->chat_left = (uint64_t)share;
  life->chat_lines_due = CHAT_LINES_MIN + sift_rng_below(&life->voice.rng, CHAT_LINES_MORE);
  life->fault_percent = 0;
  if (current(life)->shape == SIFT_GEN_SHAPE_RECURRING) {
    life->fault_percent = 0.5 / (0.06 + sift_rng_unit(&life->voice.rng));
  }
  burst_begin(life);
}

static void request_fail(struct sift_gen_life *life) {
  const struct sift_gen_text *text = life->voice.text;
  size_t before = text->len + text->line_count;
  bool first = !life->fault_told;
  if (current(life)->fault != NULL) {
    fault_say(life);
  } else {
    say(life, rule_of(life, life->profile.app->request_error));
    life->faults++;
    life->fault_told = true;
  }
  if (first) {
    /* would have been told at the end at the latest, so the budget already counts it as said */
    life->chat_left += text->len + text->line_count - before;
  }
}

static void chat_line_say(struct sift_gen_life *life) {
  if (sift_rng_below(&life->voice.rng, 100) < HABIT_PERCENT) {
    sift_gen_speak_habit(&life->voice, life->chat_rule, CHAT_FORMS, HABITS);
  } else {
    sift_gen_speak_form(&life->voice, life->chat_rule, CHAT_FORMS);
  }
  sift_gen_speak_end(&life->voice);
}

static void turn_say(struct sift_gen_life *life) {
  if (life->fault_percent > 0 && sift_rng_chance(&life->voice.rng, life->fault_percent)) {
    request_fail(life);
  } else {
    chat_line_say(life);
  }
}

/* One slice of chatter; true when the attempt has said all it may. */
static bool chat_say(struct sift_gen_life *life, const struct sift_gen_text *text) {
  life->voice.channel = SIFT_GEN_RUN;
  size_t limit = life->burst_left < SIFT_GEN_SLICE_BYTES ? (size_t)life->burst_left : SIFT_GEN_SLICE_BYTES;
  for (; life->chat_lines_due > 0; life->chat_lines_due--) {
    chat_line_say(life);
  }
  size_t due = text->len + text->line_count;
  while (text->len - due < limit && text->len - due + CHAT_LINE_BYTES / 2 < life->chat_left) {
    turn_say(life);
  }
  size_t said = text->len + text->line_count - due;
  life->burst_left = life->burst_left > said ? life->burst_left - said : 0;
  life->chat_left = life->chat_left > said ? life->chat_left - said : 0;
  if (life->chat_left <= CHAT_LINE_BYTES / 2) {
    return true;
  }
  if (life->burst_left == 0) {
    burst_begin(life);
  }
  return false;
}

/* What the Hub shows above the log: only of the attempt that counts now. */
static void platform_say(struct sift_gen_life *life) {
  const struct sift_gen_case *fate = current(life);
  life->voice.channel = SIFT_GEN_PLATFORM;
  life->voice.now_ns += between(life, second_ns, 20 * second_ns);
  pace(life, millisecond_ns);
  if (fate->platform != NULL) {
    say(life, rule_of(life, fate->platform));
  }
  if (!fate->quoted) {
    return;
  }
  if (fate->traceback) {
    sift_gen_speak_scene(&life->voice, life->fleet->rules.reason_open);
    sift_gen_speak_end(&life->voice);
  } else {
    sift_gen_speak_scene(&life->voice, life->fleet->rules.reason_plain);
  }
  sift_gen_speak_scene(&life->voice, rule_of(life, fate->fault));
  sift_gen_speak_end(&life->voice);
}

static void end_say(struct sift_gen_life *life) {
  if (current(life)->shape == SIFT_GEN_SHAPE_RECURRING && !life->fault_told) {
    life->voice.channel = SIFT_GEN_RUN;
    request_fail(life);
  }
  if (is_last(life)) {
    if (current(life)->shape == SIFT_GEN_SHAPE_UNHEALTHY) {
      life->voice.now_ns += INT64_C(1800) * second_ns;
    }
    platform_say(life);
  }
}

static void attempt_begin(struct sift_gen_life *life) {
  life->stage = SIFT_GEN_STAGE_BUILD;
  life->voice.scene_seed = sift_rng_mix(life->profile.seed, 1000 + life->attempt);
  life->fault_told = false;
  if (life->voice.now_ns < life->profile.start_ns[life->attempt]) {
    life->voice.now_ns = life->profile.start_ns[life->attempt];
  }
}

void sift_gen_life_init(struct sift_gen_life *life, const struct sift_gen_fleet *fleet, uint64_t index) {
  *life = (struct sift_gen_life){.fleet = fleet};
  sift_gen_fleet_profile(fleet, index, &life->profile);
  sift_gen_fleet_name(fleet, index, life->owner, life->name);
  life->voice.grammar = &fleet->grammar;
  life->voice.space_seed = life->profile.seed;
  sift_rng_init(&life->voice.rng, sift_rng_mix(life->profile.seed, 'v'));
  life->chat_rule = rule_of(life, life->profile.app->chat);
  attempt_begin(life);
}

int64_t sift_gen_life_time(const struct sift_gen_life *life) {
  return life->voice.now_ns;
}

/* Moves on to the next part, or the next attempt. */
static void advance(struct sift_gen_life *life) {
  if (life->stage == SIFT_GEN_STAGE_START && sift_gen_shape_serves(current(life)->shape)) {
    life->stage = SIFT_GEN_STAGE_CHAT;
    chat_begin(life);
  } else if (life->stage == SIFT_GEN_STAGE_BUILD) {
    life->stage = SIFT_GEN_STAGE_START;
  } else if (life->stage != SIFT_GEN_STAGE_END) {
    life->stage = SIFT_GEN_STAGE_END;
  } else {
    life->attempt++;
    if (life->attempt < life->profile.attempt_count) {
      attempt_begin(life);
    }
  }
}

bool sift_gen_life_next(struct sift_gen_life *life, struct sift_gen_text *text) {
  sift_gen_text_clear(text);
  if (life->attempt == life->profile.attempt_count) {
    return false;
  }
  life->voice.text = text;
  /* set anew: a life may have been moved since */
  life->voice.owner = sift_span_of(life->owner);
  life->voice.name = sift_span_of(life->name);
  bool over = true;
  switch (life->stage) {
  case SIFT_GEN_STAGE_BUILD:
    build_say(life);
    break;
  case SIFT_GEN_STAGE_START:
    start_say(life);
    break;
  case SIFT_GEN_STAGE_CHAT:
    over = chat_say(life, text);
    break;
  case SIFT_GEN_STAGE_END:
    end_say(life);
    break;
  }
  life->bytes += text->len + text->line_count;
  if (over) {
    advance(life);
  }
  return true;
}
