/* Speaks a rule of the grammar: text and records, at a moment that moves on. */
#ifndef SIFT_FLEETGEN_EXPAND_H
#define SIFT_FLEETGEN_EXPAND_H

#include "engine/span.h"
#include "tools/fleetgen/grammar.h"
#include "tools/fleetgen/memo.h"
#include "tools/fleetgen/moment.h"
#include "tools/fleetgen/rng.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A time as it was written while a text is taken down for the memo. */
struct sift_gen_written {
  uint32_t at, len; /* in the text */
  uint16_t form;
};
enum { SIFT_GEN_WRITTEN_MAX = 16 };

/* Who speaks, where to and when. Borrows everything but its own fields. */
struct sift_gen_voice {
  const struct sift_gen_grammar *grammar;
  struct sift_gen_text *text;
  struct sift_rng rng;
  struct sift_gen_day day;
  struct sift_span owner, name;
  uint64_t space_seed, scene_seed;
  uint64_t local_seed; /* private */
  int64_t now_ns;
  int64_t pace_ns; /* mean time between records */
  enum sift_gen_channel channel;
  struct sift_gen_memo *memo; /* NULL: everything is made anew, with the same result */
  /* private: while texts are taken down */
  unsigned taking, written_count;
  uint32_t unlike; /* counts what makes a text one that cannot be told again */
  struct sift_gen_written written[SIFT_GEN_WRITTEN_MAX];
};

/* Appends one text of `rule`; newlines in it close records. */
void sift_gen_speak(struct sift_gen_voice *voice, uint32_t rule);

/* The same text each time within a scene, as {$rule} gives it. */
void sift_gen_speak_scene(struct sift_gen_voice *voice, uint32_t rule);

/* Something said before: one of `habits` texts of a form that the Space repeats, but for the time in them. */
void sift_gen_speak_habit(struct sift_gen_voice *voice, uint32_t rule, uint32_t forms, uint32_t habits);

/* In one of `forms` alternatives that the Space prefers, as {!rule/3} gives it; `forms` is 1 or more. */
void sift_gen_speak_form(struct sift_gen_voice *voice, uint32_t rule, uint32_t forms);

/* Closes the open record and lets the pace's time pass. */
void sift_gen_speak_end(struct sift_gen_voice *voice);

#ifdef __cplusplus
}
#endif
#endif
