/* Defaults of limits that several subcommands share, as numbers and as their help shows them. */
#ifndef SIFT_TOOLS_LIMITS_H
#define SIFT_TOOLS_LIMITS_H

#define SIFT_SPACES_MAX 4000000
#define SIFT_SPACES_MAX_TEXT "4000000"
#define SIFT_TOP 20
#define SIFT_TOP_TEXT "20"

#endif
