#include "tools/spacesift/known.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ingest/facts_file.h"
#include "ingest/status_file.h"
#include "tools/spacesift/cli.h"

static int64_t clock_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t now_of(const struct sift_known_options *options) {
  return options->now_ns != SIFT_TIME_NONE ? options->now_ns : clock_ns();
}

static enum sift_status read_facts(struct sift_known *known, const struct sift_known_options *options,
                                   struct sift_problems *problems) {
  const struct sift_facts_file_config config = {
      .default_space = sift_span_of(options->space != NULL ? options->space : ""),
      .now_ns = now_of(options),
  };
  struct sift_facts_file_result result = {0};
  enum sift_status status = sift_facts_new(&known->facts);
  status = status == SIFT_OK ? sift_facts_file_read(known->facts, options->facts, &config, problems, &result) : status;
  known->partial = result.skipped > 0 || result.damaged;
  return status == SIFT_OK ? sift_facts_seal(known->facts) : status;
}

static enum sift_status read_page(struct sift_known *known, const struct sift_known_options *options,
                                  struct sift_problems *problems) {
  const struct sift_status_file_config config = {.now_ns = now_of(options)};
  struct sift_status_file_result result = {0};
  enum sift_status status = sift_status_page_new(&known->page);
  status = status == SIFT_OK ? sift_status_file_read(known->page, options->status, &config, problems, &result) : status;
  known->partial = known->partial || result.skipped > 0 || result.damaged;
  return status;
}

static bool is_stdin(const char *path) {
  return path != NULL && strcmp(path, "-") == 0;
}

/* Standard input can be read once. */
static bool check_stdin(const struct sift_known_options *options) {
  bool facts = is_stdin(options->facts);
  bool page = is_stdin(options->status);
  if (facts && page) {
    sift_say("--facts and --status cannot both be '-': give one of them a file");
    return false;
  }
  if ((facts || page) && options->stdin_taken) {
    sift_say("%s cannot be '-' where standard input is read for something else: give it a file", facts ? "--facts" : "--status");
    return false;
  }
  return true;
}

int sift_known_open(struct sift_known *known, const struct sift_known_options *options) {
  *known = (struct sift_known){0};
  if (!check_stdin(options)) {
    return SIFT_EXIT_USAGE;
  }
  struct sift_problems problems;
  sift_problems_init(&problems);
  enum sift_status facts = options->facts != NULL ? read_facts(known, options, &problems) : SIFT_OK;
  enum sift_status page = options->status != NULL ? read_page(known, options, &problems) : SIFT_OK;
  sift_problems_print(&problems, stderr);
  bool told = problems.errors > 0;
  sift_problems_release(&problems);
  if (facts == SIFT_OK && page == SIFT_OK) {
    return SIFT_EXIT_OK;
  }
  if (!told) {
    sift_say("%s", sift_status_text(facts != SIFT_OK ? facts : page));
  }
  sift_known_close(known);
  return SIFT_EXIT_USAGE;
}

void sift_known_close(struct sift_known *known) {
  sift_facts_free(known->facts);
  sift_status_page_free(known->page);
  *known = (struct sift_known){0};
}

void sift_known_tell(const struct sift_known *known, const struct sift_database *database, struct sift_report_input *input) {
  input->facts = known->facts;
  input->page = known->page;
  input->clock_ns = clock_ns();
  input->database = database;
}
