/* What is known besides the logs: the files of --facts and --status. */
#ifndef SIFT_TOOLS_KNOWN_H
#define SIFT_TOOLS_KNOWN_H

#include "engine/facts.h"
#include "engine/status_page.h"
#include "tools/spacesift/report_output.h"

/* The options' help, for every command that takes them. */
#define SIFT_KNOWN_HELP                                                                                                            \
  "      --facts FILE     what is known of Spaces from outside their logs: JSON Lines, or the Hub's JSON\n"                        \
  "      --status FILE    the platform's status page as JSON\n"

/* What the command line says. */
struct sift_known_options {
  const char *facts, *status; /* NULL: not given */
  const char *space;          /* of facts that name no Space; NULL: they are skipped */
  int64_t now_ns;             /* facts beyond it are of the future; SIFT_TIME_NONE: the clock's */
  bool stdin_taken;           /* the command itself reads standard input */
};

struct sift_known {
  struct sift_facts *facts;      /* NULL: not given */
  struct sift_status_page *page; /* NULL: not given */
  bool partial;                  /* some of it could not be used, so that the exit status is SIFT_EXIT_DAMAGE */
};

/* Reads both; all problems are printed to standard error. Returns an exit status; anything but SIFT_EXIT_OK and nothing is
 * open. */
int sift_known_open(struct sift_known *known, const struct sift_known_options *options);
void sift_known_close(struct sift_known *known);

/* Puts what is known into the input of a report. `database` may be NULL where no facts are given. Borrows both. */
void sift_known_tell(const struct sift_known *known, const struct sift_database *database, struct sift_report_input *input);

#endif
