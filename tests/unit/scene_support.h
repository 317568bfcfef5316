/* Facts and a status page made by hand. Included behind triage_fixture.h. */
#ifndef SIFT_TESTS_SCENE_SUPPORT_H
#define SIFT_TESTS_SCENE_SUPPORT_H

#include "engine/triage.h"

/* One Space's sheet with one or two facts; sealed by the caller. */
static inline void know(struct sift_facts *facts, const char *space, enum sift_fact fact, const char *value, enum sift_fact other,
                        const char *other_value, int64_t time_ns) {
  struct sift_fact_sheet sheet = {.space = sift_span_of(space), .time_ns = time_ns};
  for (int i = 0; i < SIFT_FACTS; i++) {
    sheet.values[i] = sift_span_of("");
  }
  sheet.values[fact] = sift_span_of(value);
  sheet.values[other] = sift_span_of(other_value);
  bool doubled = false;
  bool contradicts = false;
  assert_int_equal(sift_facts_add(facts, &sheet, &doubled, &contradicts), SIFT_OK);
}

/* Facts of one Space, sealed. */
static inline struct sift_facts *facts_of(const char *space, enum sift_fact fact, const char *value, enum sift_fact other,
                                          const char *other_value) {
  struct sift_facts *facts = NULL;
  assert_int_equal(sift_facts_new(&facts), SIFT_OK);
  know(facts, space, fact, value, other, other_value, SIFT_TIME_NONE);
  assert_int_equal(sift_facts_seal(facts), SIFT_OK);
  return facts;
}

#endif
