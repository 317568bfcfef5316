/* spacesift report: states → report. */
#include <getopt.h>
#include <stdio.h>

#include "tools/spacesift/limits.h"
#include "tools/spacesift/output.h"
#include "tools/spacesift/triage_options.h"

static const char help_text[] =
    "Usage: spacesift report [OPTION...] STATE...\n\n"
    "Triages states that 'spacesift scan --state' or 'spacesift merge' wrote; several are folded first.\n"
    "With --facts, Spaces that no log tells of are triaged too, and no state need be given.\n\n"
    "      --report R       text (default), json or jsonl\n"
    "      --json           the same as --report json\n"
    "  -o, --output FILE    where the report goes (default '-': standard output)\n"
    "      --rules PATH     the rule set that the states were made with, if not the built-in pack\n"
    "      --top N          text: how many Spaces to show (default " SIFT_TOP_TEXT ", 0: all)\n"
    "      --now TIME       the time the report speaks of (default: the newest time)\n"
    "      --spaces-max N   keep at most N Spaces apart (default " SIFT_SPACES_MAX_TEXT ")\n" SIFT_KNOWN_HELP
    "  -h, --help           this text\n";

static int report(struct sift_triage_run *run, const struct sift_triage_options *options) {
  struct sift_output output;
  if (!sift_output_open(&output, options->output)) {
    return SIFT_EXIT_USAGE;
  }
  struct sift_report_input input = sift_triage_input(run, options);
  enum sift_status status = sift_report_write(output.file, &input, options->kind, sift_colour_wanted(output.file));
  bool stopped = status == SIFT_EIO && ferror(output.file) != 0;
  if (status != SIFT_OK && !stopped) {
    sift_triage_failed(run, status);
  }
  bool closed = sift_output_close(&output, status == SIFT_OK || stopped);
  return !closed ? SIFT_EXIT_USAGE : run->known.partial ? SIFT_EXIT_DAMAGE : SIFT_EXIT_OK;
}

int sift_command_report(int argc, char **argv) {
  struct sift_triage_options options = {.command = "report", .help = help_text};
  struct sift_triage_run run;
  bool done = false;
  int status = sift_triage_options_parse(&options, argc, argv, &done);
  if (status != SIFT_EXIT_OK || done) {
    return status;
  }
  if (optind == argc && options.known.facts == NULL) {
    return sift_usage("report", "no state is given: name files that 'spacesift scan --state' wrote");
  }
  status = sift_triage_open(&run, &options, argv + optind, (size_t)(argc - optind));
  if (status == SIFT_EXIT_OK) {
    status = report(&run, &options);
  }
  sift_triage_close(&run);
  return status;
}
