"""Questions on load and cost: 5.p11 to predict; 5.i, 5.j, 5.k."""

from helpers.kit.exercise import question

question(
    "5.p11",
    title="From half busy to nearly always busy",
    prompt="A server needs 10 ms for a request on average, now much more, now much less, and takes "
    "one after the other. 50 requests come in every second, at random moments: it is busy half of "
    "the time. Now 90 come. How much longer does it take, on average, until an answer is there?",
    kind="predict",
    minutes=2,
    difficulty=3,
    importance=5,
    options=[
        ("As long as before: it still keeps up", False,
         "It keeps up, and the queue does not grow without end. But requests come at random, and "
         "when several come at once, those behind have to wait."),
        ("1.8 times as long, as 1.8 times as many come", False,
         "That would be so if waiting grew with the rate. It grows with what is left, 1 − ρ: from "
         "0.5 to 0.1."),
        ("5 times as long", True,
         "W = s/(1 − ρ): 10 ms/0.5 = 20 ms, and then 10 ms/0.1 = 100 ms. Time in which nobody "
         "came cannot be saved up. At 99 a second it would be 1000 ms. (If every request took "
         "exactly 10 ms, it would be 15 ms and then 55 ms: 3.7 times as long.)"),
        ("It never comes: the queue grows without end", False,
         "Not before 100 a second. Below that the queue is emptied again and again."),
    ],
)

question(
    "5.i",
    title="A second in which nothing moves",
    prompt="Ten users load a server, each asks, waits, asks again; an answer takes 10 ms. Once "
    "during a minute the server stands still for a second, and then answers at once all that wait. "
    "The test reports p99 = 12 ms. What would people out there find, who send 1000 requests a "
    "second whether it answers or not?",
    minutes=2,
    difficulty=4,
    importance=5,
    options=[
        ("The same p99: 12 ms is what 99 of 100 requests took", False,
         "It is what 99 of 100 of those that were sent took. While the server stood still, the "
         "ten users stood still too and sent nothing. 990 requests are missing from the test."),
        ("A p99 of about 0.4 s", True,
         "1000 of 60 000 requests, 1.7 %, came while it stood still and waited up to a second; so "
         "the slowest 1 % waited 0.4 s or more. The users noted ten slow answers among 59 000. "
         "That is called coordinated omission: the test leaves out what it could not send. (A "
         "server that has to work off what has piled up keeps people waiting even longer.)"),
        ("Nothing of it: a second is less than 2 % of a minute", False,
         "p99 is about one percent of the requests. 1.7 % is more than that."),
        ("A p99 of one second", False,
         "Only those that came at the very beginning of the stall waited so long: 1 in 60 000."),
    ],
)

question(
    "5.j",
    title="Ten calls for one page",
    prompt="To build a page, ten services are asked at the same time, and the page waits for the "
    "slowest. Each of them is slower than 100 ms in 1 of 100 cases, independently. How many pages "
    "take longer than 100 ms?",
    minutes=2,
    difficulty=3,
    importance=4,
    options=[
        ("1 of 100, as for each of them", False,
         "For a fast page all ten must be fast, and each of them has a chance of its own to be "
         "slow."),
        ("1 of 1000: they are asked at the same time, so it is shared", False,
         "To ask at the same time does not help here: the slowest decides."),
        ("About 10 of 100", True,
         "1 − 0.99¹⁰ = 9.6 %. With 100 calls it is 63 %: what is rare for one server becomes usual "
         "for a page. So large services look after their tails."),
        ("1 of 10²⁰: all ten would have to be slow", False,
         "One slow answer is enough to keep the page waiting."),
    ],
)

question(
    "5.k",
    title="Three requests a second",
    # In words: JupyterLab takes what stands between two dollar signs for a formula.
    prompt="The machine of 10 cents an hour could serve 300 requests a second, which makes 9 cents "
    "a million. In truth 3 come in each second. What does a million cost now, and what helps?",
    minutes=2,
    difficulty=2,
    importance=4,
    options=[
        ("Still 9 cents: the price of a request does not depend on how many there are", False,
         "The machine costs by the hour, used or not. A hundredth of the requests share the same "
         "price."),
        ("9.26 dollars; let several models share the machine, or take one paid by the request",
         True,
         "10 cents for 3 · 3600 requests. What you pay for is the time in which nothing comes. "
         "Smaller machines, several services on one, or “serverless” offers, which are dearer "
         "for each second and cost nothing while nobody asks, all fill that gap."),
        ("9.26 dollars; a faster model helps", False,
         "Then it is idle 99.5 % of the time instead of 99 %. Faster only helps if you can do with "
         "fewer or smaller machines."),
        ("0.09 cents: a hundredth of the load", False,
         "The bill for the hour stays as it is. It is divided among fewer requests."),
    ],
)
