/* What `report` and `explain` share: states read again, the rules they were made with, options of the output. */
#ifndef SIFT_TOOLS_TRIAGE_OPTIONS_H
#define SIFT_TOOLS_TRIAGE_OPTIONS_H

#include "tools/spacesift/cli.h"
#include "tools/spacesift/known.h"
#include "tools/spacesift/report_output.h"
#include "tools/spacesift/states.h"

struct sift_triage_options {
  const char *command; /* for messages */
  const char *help;
  const char *rules; /* NULL: the built-in pack */
  enum sift_report_kind kind;
  const char *output;
  int64_t now_ns;
  uint64_t top, spaces_max;
  struct sift_known_options known;
};

/* SIFT_EXIT_OK, or what to exit with (help was printed: SIFT_EXIT_OK and *done). What is left in argv begins at optind. */
int sift_triage_options_parse(struct sift_triage_options *options, int argc, char **argv, bool *done);

/* Rules loaded, states opened and found to be of these rules. */
struct sift_triage_run {
  struct sift_rules rules;
  struct sift_states *states;
  struct sift_known known;
  enum sift_status pass_status; /* of the last pass that could not begin: its message is given */
};
int sift_triage_open(struct sift_triage_run *run, const struct sift_triage_options *options, char *const *paths, size_t count);
void sift_triage_close(struct sift_triage_run *run);

/* The input of a report over the run. Borrows both. */
struct sift_report_input sift_triage_input(struct sift_triage_run *run, const struct sift_triage_options *options);

/* Says why a report failed, where nobody did yet. Returns the exit status. */
int sift_triage_failed(const struct sift_triage_run *run, enum sift_status status);

#endif
