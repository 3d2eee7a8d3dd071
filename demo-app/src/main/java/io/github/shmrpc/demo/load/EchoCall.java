package io.github.shmrpc.demo.load;

import io.github.shmrpc.demo.game.EchoService;
import io.github.shmrpc.demo.game.EchoService.Said;
import io.github.shmrpc.demo.game.EchoService.Saying;
import io.github.shmrpc.demo.messages.EchoReply;
import io.github.shmrpc.demo.messages.EchoRequest;
import io.github.shmrpc.demo.options.DemoOptions;

/** One call whose answer is checked. Any thread may make it. */
@FunctionalInterface
public interface EchoCall {

    /**
     * Calls and waits for the answer.
     * @param sequence a number that no other call has
     * @return what was answered, for people
     * @throws WrongAnswerException if it is not the answer to this call
     * @throws io.github.shmrpc.RpcException if the call failed
     */
    Object call(long sequence) throws WrongAnswerException;

    /**
     * The echo with the message and the codec that were asked for.
     * @param options what was asked for
     * @param echo the server
     * @return the call
     */
    static EchoCall of(DemoOptions options, EchoService echo) {
        String text = options.message();
        return switch (options.codec()) {
            case PROTOBUF -> (sequence) -> protobuf(echo, sequence, text);
            case JSON -> (sequence) -> json(echo, sequence, text);
        };
    }

    private static EchoReply protobuf(EchoService echo, long sequence, String text) throws WrongAnswerException {
        EchoReply reply = echo.echo(EchoRequest.newBuilder().setSequence(sequence).setText(text).build());
        if (reply.getSequence() != sequence || !reply.getText().equals(text) || reply.getTimestampUs() <= 0) {
            throw new WrongAnswerException("Call " + sequence + " was answered by " + reply);
        }
        return reply;
    }

    private static Said json(EchoService echo, long sequence, String text) throws WrongAnswerException {
        Said said = echo.say(new Saying(sequence, text));
        if (said.sequence() != sequence || !said.text().equals(text)) {
            throw new WrongAnswerException("Call " + sequence + " was answered by " + said);
        }
        return said;
    }

}
