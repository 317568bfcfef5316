/* An attempt's chatter: bursts of lines, some of which fail where the case says so. */
#include "tools/fleetgen/scene.h"

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
  life->voice.pace_ns = drawn < fastest ? drawn : fastest;
}

/* The attempt's share of the fleet's bytes, and whether some of its requests fail. */
void sift_gen_scene_chat_begin(struct sift_gen_life *life) {
  double share = life->fleet->chat_per_weight * life->profile.chat_weight[life->attempt];
  life->chat_left = (uint64_t)share;
  life->chat_lines_due = CHAT_LINES_MIN + sift_rng_below(&life->voice.rng, CHAT_LINES_MORE);
  life->fault_percent = 0;
  if (sift_gen_scene_case(life)->shape == SIFT_GEN_SHAPE_RECURRING) {
    life->fault_percent = 0.5 / (0.06 + sift_rng_unit(&life->voice.rng));
  }
  burst_begin(life);
}

void sift_gen_scene_request_fail(struct sift_gen_life *life) {
  const struct sift_gen_text *text = life->voice.text;
  size_t before = text->len + text->line_count;
  bool first = !life->fault_told;
  if (sift_gen_scene_case(life)->fault != NULL) {
    sift_gen_scene_fault(life);
  } else {
    sift_gen_scene_say(life, sift_gen_scene_rule(life, life->profile.app->request_error));
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
    sift_gen_scene_request_fail(life);
  } else {
    chat_line_say(life);
  }
}

/* One slice of chatter; true when the attempt has said all it may. */
bool sift_gen_scene_chat(struct sift_gen_life *life) {
  const struct sift_gen_text *text = life->voice.text;
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
