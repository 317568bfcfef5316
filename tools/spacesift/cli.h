/* What all subcommands share: messages, numbers on the command line, loading rules. */
#ifndef SIFT_TOOLS_CLI_H
#define SIFT_TOOLS_CLI_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/database.h"

/* The exit status of every subcommand; a signal ends the program as that signal. */
enum { SIFT_EXIT_OK = 0, SIFT_EXIT_DAMAGE = 1, SIFT_EXIT_USAGE = 2 };

/* `spacesift: …` on standard error, one line; whatever the arguments hold is shown harmlessly. */
void sift_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, followed by how to get help for `command`; returns SIFT_EXIT_USAGE. */
int sift_usage(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What getopt_long() refused, in our words: call it when it returned '?' or ':' for the options in `known`. Returns
 * SIFT_EXIT_USAGE. */
struct option;
int sift_bad_option(const char *command, int result, char **argv, const struct option *known);

/* A whole decimal number within [low, high]. */
bool sift_parse_number(const char *text, uint64_t low, uint64_t high, uint64_t *out);

/* Rules of a command: loaded, compiled, checked. All problems are printed to standard error (warnings only where
 * `verbose`). Returns an exit status; anything but SIFT_EXIT_OK and both are NULL. */
struct sift_rules {
  struct sift_ruleset *ruleset;
  struct sift_database *database; /* NULL where it was not asked for */
};
int sift_rules_open(struct sift_rules *rules, const char *path, bool compile, bool use_cache, bool verbose);
void sift_rules_close(struct sift_rules *rules);

/* Whether to colour what goes to `stream`: a terminal that is not dumb, and NO_COLOR is empty (no-color.org). */
bool sift_colour_wanted(void *stream);

/* The subcommands: what follows "spacesift" is their argv, argv[0] the subcommand's name. They return exit statuses. */
int sift_command_scan(int argc, char **argv);
int sift_command_merge(int argc, char **argv);
int sift_command_report(int argc, char **argv);
int sift_command_explain(int argc, char **argv);
int sift_command_events(int argc, char **argv);
int sift_command_rules(int argc, char **argv);
int sift_command_bench(int argc, char **argv);
int sift_command_serve(int argc, char **argv);

#endif
