"""What tools/bench consists of: runs and their medians, the parts, other programs, and the page that figures stand in."""
