/* A small rule set woken in every way, and a corpus in which it is known what hits. */
#ifndef SIFT_TESTS_MEASURE_SUPPORT_H
#define SIFT_TESTS_MEASURE_SUPPORT_H

#include "tests/support/rules.h"
#include "tools/measure/corpus.h"

enum { SCENE_LINES = 600, SCENE_RULES = 3 };

/* By the literal matcher, the rest database and the sampler: 100 hits each. */
static const struct test_rule scene_rules[SCENE_RULES] = {
    {.id = "a-literal", .any = {"zyxq\\d"}}, {.id = "b-rest", .any = {"[0-9]{4}z"}}, {.id = "c-sampled", .any = {"zyzzyva quux"}}};
static const char *const scene_lines[6] = {"code zyxq7", "1234z came", "the zyzzyva quux", "zyxq alone", "nothing here", ""};

struct scene {
  struct sift_ruleset *ruleset;
  struct sift_database *database;
  struct sift_corpus corpus;
  struct sift_corpus_part parts[2];
  struct sift_pieces pieces;
};

static inline void scene_init(struct scene *scene, uint32_t batch_bytes) {
  char text[SCENE_LINES * 20];
  size_t len = 0;
  for (int i = 0; i < SCENE_LINES; i++) {
    len += (size_t)snprintf(text + len, sizeof text - len, "%s\n", scene_lines[i % 6]);
    scene->parts[0].end = i < SCENE_LINES / 2 ? len : scene->parts[0].end;
  }
  scene->parts[0] = (struct sift_corpus_part){"one", 0, scene->parts[0].end};
  scene->parts[1] = (struct sift_corpus_part){"two", scene->parts[0].end, len};
  scene->ruleset = test_ruleset(scene_rules, SCENE_RULES);
  scene->database = test_database(scene->ruleset);
  scene->corpus = (struct sift_corpus){
      .text = test_padded(text, len), .len = len, .lines = SCENE_LINES, .parts = scene->parts, .part_count = 2};
  assert_int_equal(sift_pieces_cut(&scene->pieces, &scene->corpus, batch_bytes, 0), SIFT_OK);
}

static inline void scene_release(struct scene *scene) {
  sift_pieces_release(&scene->pieces);
  free(scene->corpus.text);
  sift_database_free(scene->database);
  sift_ruleset_free(scene->ruleset);
}

#endif
