"""How mails and pages look: themes, their colours, and what has to fit into a column."""
