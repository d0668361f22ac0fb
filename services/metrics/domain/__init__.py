"""What counts where: pure functions from facts to contributions, and from totals to progress."""
