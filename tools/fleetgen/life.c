#include "tools/fleetgen/life.h"

#include "tools/fleetgen/scene.h"

static void attempt_begin(struct sift_gen_life *life) {
  life->stage = SIFT_GEN_STAGE_BUILD;
  life->voice.scene_seed = sift_rng_mix(life->profile.seed, 1000 + life->attempt);
  life->fault_told = false;
  life->mark_told = false;
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
  life->chat_rule = sift_gen_scene_rule(life, life->profile.app->chat);
  attempt_begin(life);
}

int64_t sift_gen_life_time(const struct sift_gen_life *life) {
  return life->voice.now_ns;
}

/* Moves on to the next part, or the next attempt. */
static void advance(struct sift_gen_life *life) {
  if (life->stage == SIFT_GEN_STAGE_START && sift_gen_shape_serves(sift_gen_scene_case(life)->shape)) {
    life->stage = SIFT_GEN_STAGE_CHAT;
    sift_gen_scene_chat_begin(life);
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
    sift_gen_scene_build(life);
    break;
  case SIFT_GEN_STAGE_START:
    sift_gen_scene_start(life);
    break;
  case SIFT_GEN_STAGE_CHAT:
    over = sift_gen_scene_chat(life);
    break;
  case SIFT_GEN_STAGE_END:
    sift_gen_scene_end(life);
    break;
  }
  life->bytes += text->len + text->line_count;
  if (over) {
    advance(life);
  }
  return true;
}
