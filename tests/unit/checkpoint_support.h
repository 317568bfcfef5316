/* Checkpoints in a directory of their own, for the tests of writing and of loading. Included behind cmocka.h. */
#ifndef SIFT_TESTS_CHECKPOINT_SUPPORT_H
#define SIFT_TESTS_CHECKPOINT_SUPPORT_H

#include "ingest/serve/checkpoint.h"
#include "tests/unit/serve_support.h"

enum { STATE_PARTS = 5, STATE_PART_BYTES = 30000, MESSAGE_BYTES = 4096 };

struct checkpoint_fixture {
  char path[TEST_PATH_BYTES];
  char error[MESSAGE_BYTES];
  struct test_disk disk;
  struct sift_checkpoints *checkpoints;
  int refusals;
  char refused_name[SIFT_CHECKPOINT_NAME_BYTES], refused_text[MESSAGE_BYTES];
};

static inline void checkpoints_open(struct checkpoint_fixture *fixture) {
  sift_checkpoints_free(fixture->checkpoints);
  assert_int_equal(
      sift_checkpoints_open(&fixture->checkpoints, fixture->path, &fixture->disk.ops, fixture->error, sizeof fixture->error),
      SIFT_OK);
}

static inline int checkpoint_set_up(void **state) {
  struct checkpoint_fixture *fixture = calloc(1, sizeof *fixture);
  assert_non_null(fixture);
  make_directory(fixture->path);
  test_disk_init(&fixture->disk);
  checkpoints_open(fixture);
  *state = fixture;
  return 0;
}

static inline int checkpoint_tear_down(void **state) {
  struct checkpoint_fixture *fixture = *state;
  sift_checkpoints_free(fixture->checkpoints);
  remove_directory(fixture->path);
  free(fixture);
  return 0;
}

/* The state of checkpoint `value`: a byte repeated in parts. */
static inline enum sift_status write_state(void *context, struct sift_state_output output) {
  char part[STATE_PART_BYTES];
  memset(part, *(const int *)context, sizeof part);
  enum sift_status status = SIFT_OK;
  for (int i = 0; status == SIFT_OK && i < STATE_PARTS; i++) {
    status = output.write(output.context, part, sizeof part);
  }
  return status;
}

/* Everything in it says `value`. */
static inline enum sift_status write_checkpoint(struct checkpoint_fixture *fixture, int value) {
  struct sift_checkpoint_position positions[2] = {{0, (uint64_t)value}, {1, 2 * (uint64_t)value}};
  char extra[32];
  int len = snprintf(extra, sizeof extra, "extra %d", value);
  struct sift_checkpoint_content content = {.journal_seq = 10 * (uint64_t)value,
                                            .positions = positions,
                                            .position_count = 2,
                                            .chunk_ids = sift_span(extra, 5),
                                            .extra = sift_span(extra, (size_t)len),
                                            .write_state = write_state,
                                            .context = &value};
  return sift_checkpoints_write(fixture->checkpoints, &content, fixture->error, sizeof fixture->error);
}

static inline void take_refusal(void *context, const char *name, const char *text) {
  struct checkpoint_fixture *fixture = context;
  fixture->refusals++;
  snprintf(fixture->refused_name, sizeof fixture->refused_name, "%s", name);
  snprintf(fixture->refused_text, sizeof fixture->refused_text, "%s", text);
}

/* The value that a loaded checkpoint says, in all its parts. */
static inline int value_of(struct sift_checkpoint *checkpoint) {
  int value = (int)(checkpoint->manifest.journal_seq / 10);
  char extra[32];
  char bytes[STATE_PART_BYTES];
  struct sift_state_input input;
  size_t total = 0;
  size_t got = 0;
  int len = snprintf(extra, sizeof extra, "extra %d", value);
  assert_true(sift_span_equal(checkpoint->manifest.extra, sift_span(extra, (size_t)len)));
  assert_true(sift_span_equal(checkpoint->manifest.chunk_ids, sift_span_of("extra")));
  assert_int_equal(checkpoint->manifest.position_count, 2);
  assert_int_equal(checkpoint->manifest.positions[1].loop_seq, 2 * value);
  assert_int_equal(sift_checkpoint_state(checkpoint, &input), SIFT_OK);
  do {
    assert_int_equal(input.read(input.context, bytes, sizeof bytes, &got), SIFT_OK);
    for (size_t i = 0; i < got; i++) {
      assert_int_equal(bytes[i], (char)value);
    }
    total += got;
  } while (got > 0);
  assert_int_equal(total, STATE_PARTS * STATE_PART_BYTES);
  return value;
}

/* The value of the one that a restart would take; 0: none. */
static inline int load_value(struct checkpoint_fixture *fixture, enum sift_status expected) {
  struct sift_checkpoint *checkpoint = NULL;
  fixture->refusals = 0;
  assert_int_equal(sift_checkpoints_load(fixture->checkpoints, &checkpoint, take_refusal, fixture), expected);
  if (checkpoint == NULL) {
    return 0;
  }
  int value = value_of(checkpoint);
  assert_int_equal(value_of(checkpoint), value); /* from its beginning each time */
  sift_checkpoint_free(checkpoint);
  return value;
}

static inline int count_files(const struct checkpoint_fixture *fixture) {
  DIR *list = opendir(fixture->path);
  struct dirent *entry = NULL;
  int count = 0;
  assert_non_null(list);
  while ((entry = readdir(list)) != NULL) {
    count += entry->d_name[0] != '.';
  }
  closedir(list);
  return count;
}

#endif
