/* A state in memory that a report is written of, as often as it opens a pass. */
#ifndef SIFT_TESTS_REPORT_FIXTURE_H
#define SIFT_TESTS_REPORT_FIXTURE_H

#include "tests/unit/triage_fixture.h"

#include <stdlib.h>

#include "engine/state.h"
#include "tools/spacesift/report_output.h"

struct archive {
  struct fixture fixture;
  struct sift_fleet fleet;
  struct sift_arena arena;
  struct sift_state_header header;
  struct sift_state_buffer state;
  struct sift_state_writer *writer;
  struct sift_state_bytes bytes;
  struct sift_state_reader *reader;
  struct sift_state_merger *merger;
  unsigned passes;
};

static inline void archive_begin(struct archive *archive) {
  memset(archive, 0, sizeof *archive);
  fixture_begin(&archive->fixture);
  sift_arena_init(&archive->arena);
  assert_int_equal(sift_fleet_init(&archive->fleet), SIFT_OK);
  assert_int_equal(sift_state_header_make(&archive->header, archive->fixture.ruleset, &archive->arena), SIFT_OK);
  assert_int_equal(sift_state_writer_new(&archive->writer, sift_state_buffer_output(&archive->state), &archive->header), SIFT_OK);
}

/* Writes the fixture's Space; names must rise. */
static inline void archive_add(struct archive *archive) {
  sift_space_sort(&archive->fixture.space);
  assert_int_equal(sift_state_write(archive->writer, &archive->fixture.space), SIFT_OK);
}

static inline void archive_finish(struct archive *archive) {
  assert_int_equal(sift_state_finish(archive->writer, &archive->fleet), SIFT_OK);
}

static inline void archive_close(struct archive *archive) {
  sift_state_merger_free(archive->merger);
  sift_state_reader_free(archive->reader);
  archive->merger = NULL;
  archive->reader = NULL;
}

static inline void archive_end(struct archive *archive) {
  archive_close(archive);
  sift_state_writer_free(archive->writer);
  sift_state_buffer_release(&archive->state);
  sift_fleet_release(&archive->fleet);
  sift_arena_release(&archive->arena);
  fixture_end(&archive->fixture);
}

/* For sift_report_input: ends the pass before, as the program's own sources do. */
static inline enum sift_status archive_open(void *context, struct sift_state_merger **out) {
  struct archive *archive = context;
  archive_close(archive);
  archive->passes++;
  archive->bytes = (struct sift_state_bytes){sift_span(archive->state.bytes, archive->state.size)};
  enum sift_status status = sift_state_reader_new(&archive->reader, sift_state_bytes_input(&archive->bytes));
  if (status == SIFT_OK) {
    status = sift_state_merger_new(&archive->merger, &archive->reader, 1, UINT64_MAX);
  }
  *out = archive->merger;
  return status;
}

static inline struct sift_report_input archive_input(struct archive *archive) {
  return (struct sift_report_input){.ruleset = archive->fixture.ruleset,
                                    .open = archive_open,
                                    .context = archive,
                                    .now_ns = SIFT_TIME_NONE,
                                    .top = 20,
                                    .width = 100};
}

static inline void assert_has(const char *text, const char *part) {
  if (strstr(text, part) == NULL) {
    print_error("no %s\nin %s\n", part, text);
    fail();
  }
}

static inline void assert_has_not(const char *text, const char *part) {
  if (strstr(text, part) != NULL) {
    print_error("%s\nin %s\n", part, text);
    fail();
  }
}

#endif
