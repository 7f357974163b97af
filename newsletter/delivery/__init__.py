"""What leaves the house over the network: issues handed to mail services, and hubs told of new articles."""
