# What R's `posterior` takes for rank R-hat, bulk and tail ESS of many variables: prints its version, then the seconds.
#   Rscript bench/diagnostics.R <chains> <draws> <variables>

suppressPackageStartupMessages(library(posterior))
size <- as.integer(commandArgs(trailingOnly = TRUE))
set.seed(1)
x <- array(rnorm(prod(size)), c(size[2], size[1], size[3]))
diagnose <- function(v) {
  chains <- x[, , v]
  c(rhat(chains), ess_bulk(chains), ess_tail(chains))
}
# Once before, so that nothing is compiled or loaded while the time is taken.
invisible(diagnose(1))
seconds <- system.time(result <- sapply(seq_len(size[3]), diagnose))[["elapsed"]]
stopifnot(!anyNA(result))
cat(as.character(packageVersion("posterior")), format(seconds, digits = 6), "\n")
