/* spacesift explain: how the verdict of one Space came about. */
#include <getopt.h>
#include <stdio.h>

#include "tools/spacesift/explain_text.h"
#include "tools/spacesift/output.h"
#include "tools/spacesift/triage_options.h"

static const char help_text[] =
    "Usage: spacesift explain [OPTION...] STATE... SPACE\n\n"
    "Walks the decision tree for one Space (owner/name) and shows every node asked, its answer, and the\n"
    "line that decided it.\n\n"
    "      --json           as a JSON document\n"
    "  -o, --output FILE    where it goes (default '-': standard output)\n"
    "      --rules PATH     the rule set that the states were made with, if not the built-in pack\n"
    "      --now TIME       the time the verdict speaks of (default: the newest time)\n" SIFT_KNOWN_HELP
    "  -h, --help           this text\n";

static int explain(struct sift_triage_run *run, const struct sift_triage_options *options, const char *space) {
  struct sift_output output;
  if (!sift_output_open(&output, options->output)) {
    return SIFT_EXIT_USAGE;
  }
  struct sift_report_input input = sift_triage_input(run, options);
  enum sift_status status =
      sift_explain_write(output.file, &input, sift_span_of(space), options->kind, sift_colour_wanted(output.file));
  bool stopped = status == SIFT_EIO && ferror(output.file) != 0;
  if (status == SIFT_END) {
    sift_say("nothing is known of a Space '%s': 'spacesift report --report jsonl' lists all that there are", space);
  } else if (status != SIFT_OK && !stopped) {
    sift_triage_failed(run, status);
  }
  bool closed = sift_output_close(&output, status == SIFT_OK || stopped);
  return !closed ? SIFT_EXIT_USAGE : run->known.partial ? SIFT_EXIT_DAMAGE : SIFT_EXIT_OK;
}

int sift_command_explain(int argc, char **argv) {
  struct sift_triage_options options = {.command = "explain", .help = help_text};
  struct sift_triage_run run;
  bool done = false;
  int status = sift_triage_options_parse(&options, argc, argv, &done);
  if (status != SIFT_EXIT_OK || done) {
    return status;
  }
  if (argc - optind < (options.known.facts != NULL ? 1 : 2)) {
    return sift_usage("explain", "name a state file and a Space, e.g. spacesift explain fleet.state owner/name");
  }
  options.known.space = argv[argc - 1];
  status = sift_triage_open(&run, &options, argv + optind, (size_t)(argc - optind - 1));
  if (status == SIFT_EXIT_OK) {
    status = explain(&run, &options, argv[argc - 1]);
  }
  sift_triage_close(&run);
  return status;
}
