"""Claude as the persona, on top of the static analysis: what is sent, who is asked, and what of the answer is believed."""
