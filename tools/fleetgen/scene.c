#include "tools/fleetgen/scene.h"

static const int64_t second_ns = 1000000000;
static const int64_t millisecond_ns = 1000000;

static bool is_last(const struct sift_gen_life *life) {
  return life->attempt + 1 == life->profile.attempt_count;
}

void sift_gen_scene_say(struct sift_gen_life *life, uint32_t rule) {
  if (rule != SIFT_GEN_NO_RULE) {
    sift_gen_speak(&life->voice, rule);
    sift_gen_speak_end(&life->voice);
  }
}

uint32_t sift_gen_scene_rule(const struct sift_gen_life *life, const char *name) {
  return sift_gen_grammar_rule(&life->fleet->grammar, name);
}

static void pace(struct sift_gen_life *life, int64_t mean_ns) {
  life->voice.pace_ns = mean_ns;
}

static int64_t between(struct sift_gen_life *life, int64_t low_ns, int64_t high_ns) {
  return sift_rng_range(&life->voice.rng, low_ns, high_ns);
}

/* The fault as the attempt's log tells it: the same words each time. */
void sift_gen_scene_fault(struct sift_gen_life *life) {
  const struct sift_gen_case *fate = sift_gen_scene_case(life);
  if (fate->traceback) {
    sift_gen_speak_scene(&life->voice, life->fleet->rules.traceback);
    sift_gen_speak_end(&life->voice);
  }
  sift_gen_speak_scene(&life->voice, sift_gen_scene_rule(life, fate->fault));
  sift_gen_speak_end(&life->voice);
  life->faults++;
  life->fault_told = true;
}

static void mark_note(struct sift_gen_life *life) {
  life->attempts_shown += !life->mark_told;
  life->mark_told = true;
}

static void build_ending(struct sift_gen_life *life) {
  const struct sift_gen_case *fate = sift_gen_scene_case(life);
  enum sift_gen_family family = life->profile.app->family;
  const struct sift_gen_common_rules *rules = &life->fleet->rules;
  if (is_last(life) && life->profile.decoy) {
    sift_gen_scene_say(life, rules->decoy);
    life->decoys++;
  }
  if (fate->shape == SIFT_GEN_SHAPE_BUILD) {
    sift_gen_scene_fault(life);
    return;
  }
  sift_gen_scene_say(life, life->fleet->brief ? rules->body_brief : rules->body[family]);
  if (fate->shape == SIFT_GEN_SHAPE_PUSH) {
    sift_gen_scene_fault(life);
    return;
  }
  sift_gen_scene_say(life, life->fleet->brief ? rules->tail_brief : rules->tail[family]);
}

void sift_gen_scene_build(struct sift_gen_life *life) {
  enum sift_gen_shape shape = sift_gen_scene_case(life)->shape;
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
  sift_gen_scene_say(life, rules->build_header);
  mark_note(life);
  if (shape == SIFT_GEN_SHAPE_QUEUED) {
    return;
  }
  if (shape == SIFT_GEN_SHAPE_FIRST) {
    sift_gen_scene_fault(life);
    return;
  }
  sift_gen_scene_say(life, life->fleet->brief ? rules->head_brief : rules->head[life->profile.app->family]);
  build_ending(life);
}

static void crash_say(struct sift_gen_life *life) {
  if (sift_gen_scene_case(life)->fault == NULL) {
    return;
  }
  sift_gen_scene_fault(life);
  if (sift_rng_chance(&life->voice.rng, 40)) {
    life->voice.now_ns += between(life, second_ns, 30 * second_ns);
    sift_gen_scene_fault(life);
  }
}

void sift_gen_scene_start(struct sift_gen_life *life) {
  enum sift_gen_shape shape = sift_gen_scene_case(life)->shape;
  const struct sift_gen_app *app = life->profile.app;
  bool serves = sift_gen_shape_serves(shape);
  if (!serves && shape != SIFT_GEN_SHAPE_START && shape != SIFT_GEN_SHAPE_UNHEALTHY) {
    return;
  }
  life->voice.channel = SIFT_GEN_RUN;
  pace(life, between(life, 5, 400) * millisecond_ns);
  if (shape != SIFT_GEN_SHAPE_QUIET) {
    life->voice.now_ns += between(life, 2 * second_ns, 60 * second_ns);
    sift_gen_scene_say(life, life->fleet->rules.run_header);
    mark_note(life);
  }
  if (!life->fleet->brief && (serves || sift_rng_chance(&life->voice.rng, 60))) {
    sift_gen_scene_say(life, sift_gen_scene_rule(life, app->start));
  }
  if (serves) {
    sift_gen_scene_say(life, sift_gen_scene_rule(life, app->ready));
  } else {
    crash_say(life);
  }
}

/* What the Hub shows above the log: only of the attempt that counts now. */
static void platform_say(struct sift_gen_life *life) {
  const struct sift_gen_case *fate = sift_gen_scene_case(life);
  life->voice.channel = SIFT_GEN_PLATFORM;
  life->voice.now_ns += between(life, second_ns, 20 * second_ns);
  pace(life, millisecond_ns);
  if (fate->platform != NULL) {
    sift_gen_scene_say(life, sift_gen_scene_rule(life, fate->platform));
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
  sift_gen_speak_scene(&life->voice, sift_gen_scene_rule(life, fate->fault));
  sift_gen_speak_end(&life->voice);
}

void sift_gen_scene_end(struct sift_gen_life *life) {
  if (sift_gen_scene_case(life)->shape == SIFT_GEN_SHAPE_RECURRING && !life->fault_told) {
    life->voice.channel = SIFT_GEN_RUN;
    sift_gen_scene_request_fail(life);
  }
  if (is_last(life)) {
    if (sift_gen_scene_case(life)->shape == SIFT_GEN_SHAPE_UNHEALTHY) {
      life->voice.now_ns += INT64_C(1800) * second_ns;
    }
    platform_say(life);
  }
}
