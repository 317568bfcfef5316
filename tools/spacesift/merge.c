/* spacesift merge: the states of several scans → one. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "tools/spacesift/cli.h"
#include "tools/spacesift/limits.h"
#include "tools/spacesift/output.h"
#include "tools/spacesift/states.h"

static const char help_text[] =
    "Usage: spacesift merge STATE... -o FILE\n\n"
    "Folds the states of scans of different shards into one, which is the state that a single scan\n"
    "of all shards would have written, byte for byte. The states must come from the same rules.\n\n"
    "  -o, --output FILE    where to write it ('-': standard output)\n"
    "      --spaces-max N   keep at most N Spaces apart, the first by name (default " SIFT_SPACES_MAX_TEXT ")\n"
    "  -h, --help           this text\n";

struct options {
  const char *output;
  uint64_t spaces_max;
};

static int parse(struct options *options, int argc, char **argv) {
  static const struct option known[] = {
      {"output", required_argument, NULL, 'o'},
      {"spaces-max", required_argument, NULL, 'm'},
      {"help", no_argument, NULL, 'h'},
      {0},
  };
  optind = 0;
  opterr = 0;
  for (int c = 0; (c = getopt_long(argc, argv, ":o:h", known, NULL)) != -1;) {
    switch (c) {
    case 'o':
      options->output = optarg;
      break;
    case 'm':
      if (!sift_parse_number(optarg, 1, UINT32_MAX, &options->spaces_max)) {
        return sift_usage("merge", "--spaces-max takes a whole number from 1, not '%s'", optarg);
      }
      break;
    case 'h':
      fputs(help_text, stdout);
      return -1;
    default:
      return sift_bad_option("merge", c, argv, known);
    }
  }
  if (optind == argc) {
    return sift_usage("merge", "no state is given: name the files that 'spacesift scan --state' wrote");
  }
  if (options->output == NULL) {
    return sift_usage("merge", "say where to write the result: -o FILE");
  }
  return SIFT_EXIT_OK;
}

static enum sift_status copy(struct sift_state_merger *merger, struct sift_state_writer *writer) {
  const struct sift_space *space = NULL;
  enum sift_status status = SIFT_OK;
  while ((status = sift_state_merger_next(merger, &space)) == SIFT_OK) {
    status = sift_state_write(writer, space);
    if (status != SIFT_OK) {
      return status;
    }
  }
  return status == SIFT_END ? sift_state_finish(writer, sift_state_merger_fleet(merger)) : status;
}

static bool write_to(struct sift_output *output, struct sift_states *states, struct sift_state_merger *merger) {
  struct sift_state_writer *writer = NULL;
  enum sift_status status = sift_state_writer_new(&writer, sift_output_state(output), sift_states_header(states));
  if (status == SIFT_OK) {
    status = copy(merger, writer);
  }
  sift_state_writer_free(writer);
  if (status != SIFT_OK && !output->failed) {
    sift_states_complain(states, status);
  }
  return status == SIFT_OK;
}

int sift_command_merge(int argc, char **argv) {
  struct options options = {.spaces_max = SIFT_SPACES_MAX};
  int usage = parse(&options, argc, argv);
  if (usage != SIFT_EXIT_OK) {
    return usage < 0 ? SIFT_EXIT_OK : usage;
  }
  struct sift_states *states = NULL;
  struct sift_state_merger *merger = NULL;
  if (sift_states_new(&states, argv + optind, (size_t)(argc - optind), options.spaces_max) != SIFT_OK) {
    sift_say("out of memory");
    return SIFT_EXIT_USAGE;
  }
  struct sift_output output;
  bool done = false;
  if (sift_states_pass(states, &merger) == SIFT_OK && sift_output_open(&output, options.output)) {
    done = write_to(&output, states, merger);
    done = sift_output_close(&output, done);
  }
  sift_states_free(states);
  return done ? SIFT_EXIT_OK : SIFT_EXIT_USAGE;
}
